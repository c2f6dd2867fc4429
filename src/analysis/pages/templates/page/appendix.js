"use strict";
// Without this script the page is whole; with it, the contents follow the reader and tables answer the keyboard.

// contents: the section that is being read
const links = new Map([...document.querySelectorAll("nav > ol a")].map((a) => [a.hash.slice(1), a]));
const heads = [...document.querySelectorAll("section > h2")];
const follow = () => {
  const read = heads.filter((h) => h.getBoundingClientRect().top < innerHeight / 3).pop();
  links.forEach((a, id) => (read && id === read.id ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current")));
};
addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
follow();

// boxes that nothing overflows need no stop of the Tab key
const boxes = new ResizeObserver((all) => all.forEach(({ target: box }) => (box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1)));
document.querySelectorAll(".scroll").forEach((box) => boxes.observe(box));
