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

// a new element around text and elements; text stays text, whatever a workbook wrote
const made = (tag, ...parts) => {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
};

// where a number comes from: the rows of the table of paths, unfolded from the number that was asked
const SHOWN = {
  y: "Số cùng kỳ năm trước. Dưới đây: số kỳ này, tính cùng cách.",
  c: "Thay đổi: số kỳ này (dưới đây) trừ số cùng kỳ năm trước.",
  t: "Chỉ tiêu năm: số ghi trong văn bản nêu dưới đây.",
  g: "Chênh lệch: số kỳ này (dưới đây) trừ chỉ tiêu năm.",
  m: "Kết quả: so số kỳ này (dưới đây) với chỉ tiêu năm.",
};
const places = new Map([...document.querySelectorAll("#duong-di thead th[data-area]")].map((th) => [th.dataset.area, th]));
const city = places.keys().next().value;
const placeName = (area) => places.get(area).firstChild.textContent;

// then: the number of the same period last year, computed in the same way
const steps = (id, area, name, then) => {
  const row = document.getElementById("of-" + id);
  const cell = row.cells[places.get(area).cellIndex];
  const now = cell.firstChild && cell.firstChild.nodeType === 3 ? cell.firstChild.textContent : "";
  const value = then ? cell.dataset.y : now;
  const item = made("li", made("b", name || row.cells[0].textContent), value ? ": " + value : "");
  if (area === city && "sum" in row.dataset) {
    const units = [...places.keys()].filter((a) => a !== city && row.cells[places.get(a).cellIndex].hasChildNodes());
    const words = ` = cộng ${row.dataset.sum || units.length} đơn vị`;
    item.append(units.length ? made("details", made("summary", words), made("ul", ...units.map((a) => steps(id, a, placeName(a), then)))) : words);
    return item;
  }
  const ways = [...row.cells[1].children];
  const way = ways.find((w) => (w.dataset.for || "").split(" ").includes(area)) || ways[0];
  item.append(" = " + way.textContent);
  const where = (then && cell.querySelector(".y")) || cell.querySelector("i:not(.y)");
  if (where) {
    const head = places.get(area);
    const book = then ? head.dataset.y : head.querySelector(".unit").textContent;
    const sheet = row.cells[3].textContent;
    item.append(made("code", [book, sheet, where.textContent].filter(Boolean).join(" › ")));
  }
  const parts = [...way.querySelectorAll("a")].map((a) => steps(a.hash.slice(4), area, "", then));
  if (parts.length) item.append(made("ul", ...parts));
  return item;
};

const dialog = made("dialog");
dialog.className = "path";
dialog.setAttribute("aria-labelledby", "path-title");
document.body.append(dialog);
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
const show = (number, about, ...parts) => {
  const title = made("h2", number);
  title.id = "path-title";
  const close = made("button", "Đóng");
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(made("div", title, made("p", about), ...parts, close));
  dialog.showModal();
  close.focus({ preventScroll: true });
  dialog.scrollTop = 0;
};
const headOf = (td) => {
  const table = td.closest("table");
  const last = table.tHead.rows[table.tHead.rows.length - 1];
  return [table.caption.querySelector(".cap").firstChild.textContent.trim(), td.parentNode.cells[0].firstChild.textContent].join(" ");
};
const before = document.querySelector(".before");
const treeOf = (...asked) => {
  const tree = made("ul", steps(...asked));
  tree.className = "tree";
  return tree;
};
const ask = (td) => {
  const number = td.textContent;
  if (!td.dataset.of) return show(number, headOf(td), made("p", td.closest(".table").querySelector("p.from").textContent));
  const [id, what] = td.dataset.of.split(" ");
  const row = document.getElementById("of-" + id);
  const area = td.parentNode.dataset.area || city;
  const about = row.cells[0].textContent + ", " + (area === city ? placeName(city).toLowerCase() : placeName(area));
  const checks = [...row.cells[2].children].map((check) => made("li", check.textContent));
  const basis = made("li", "loại số liệu: " + places.get(area).dataset.basis);
  const last = before && "yc".includes(what || " ") ? [made("h3", "Cùng kỳ năm trước"), "again" in row.dataset ? treeOf(id, area, "", true) : made("p", before.textContent)] : [];
  show(number, about, ...(what ? [made("p", SHOWN[what])] : []), treeOf(id, area), ...last, made("h3", "Kiểm tra"), made("ul", ...checks, basis));
};

// every number is a button; of a table one is on the way of the Tab key, arrows lead to the others
document.querySelectorAll("main table").forEach((table) => {
  const asked = table.closest(".table").querySelector("p.from") ? "td:not(.t)" : "td[data-of]";
  const grid = [...table.tBodies].flatMap((body) => [...body.rows].map((row) => [...row.querySelectorAll(asked)].filter((td) => !/^–?$/.test(td.textContent.trim()))));
  const rows = grid.filter((row) => row.length);
  rows.flat().forEach((td) => {
    const button = made("button", ...td.childNodes);
    button.type = "button";
    button.tabIndex = -1;
    button.setAttribute("aria-haspopup", "dialog");
    td.append(button);
  });
  if (!rows.length) return;
  const go = (td) => {
    const button = td.firstChild;
    table.querySelectorAll("button[tabindex='0']").forEach((old) => (old.tabIndex = -1));
    button.tabIndex = 0;
    return button;
  };
  go(rows[0][0]);
  table.addEventListener("click", (event) => {
    const td = event.target.closest(asked);
    if (td && td.querySelector("button")) go(td).focus({ preventScroll: true }), ask(td);
  });
  table.addEventListener("keydown", (event) => {
    const td = event.target.closest(asked);
    const row = rows.findIndex((each) => each.includes(td));
    if (row < 0) return;
    const at = rows[row].indexOf(td);
    const to = {
      ArrowRight: rows[row][at + 1], ArrowLeft: rows[row][at - 1], Home: rows[row][0], End: rows[row].at(-1),
      ArrowDown: (rows[row + 1] || []).at(Math.min(at, (rows[row + 1] || []).length - 1)),
      ArrowUp: (rows[row - 1] || []).at(Math.min(at, (rows[row - 1] || []).length - 1)),
    }[event.key];
    if (!to) return;
    event.preventDefault();
    go(to).focus();
  });
});

// sentences: a button takes the words with what they rest on, or selects them where the browser lends no clipboard
document.querySelectorAll(".say").forEach((say, n) => {
  const button = made("button", "Chép");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-live", "polite");
  button.setAttribute("aria-describedby", (say.id ||= "cau-" + n));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(say.textContent);
      button.textContent = "Đã chép";
    } catch {
      getSelection().selectAllChildren(say);
      button.textContent = "Đã chọn";
    }
  });
  say.parentNode.append(" ", button);
});

// search: rows of any table that hold all the words, whatever their marks and capitals
const MOST = 40;
const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
const nav = document.querySelector("nav");
if (nav) {
  const box = made("input");
  box.type = "search";
  const found = made("ul");
  const status = made("p");
  status.setAttribute("role", "status");
  const search = made("div", made("label", "Tìm trong các bảng", box), status, found);
  search.className = "search";
  nav.querySelector("h2").after(search);
  let rows;
  const all = () =>
    [...document.querySelectorAll("main tbody tr:not(.group)")].map((row, n) => {
      row.id ||= "dong-" + n;
      const caption = row.closest("table").caption;
      return { row, text: folded(caption.textContent + " " + row.textContent), table: (caption.querySelector("b") || caption).textContent };
    });
  box.addEventListener("input", () => {
    const words = folded(box.value).split(/\s+/).filter((word) => word.length > 1);
    rows ||= all();
    const hits = words.length ? rows.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    status.textContent = words.length ? `${hits.length} dòng` + (hits.length > MOST ? `, ${MOST} dòng đầu dưới đây` : "") : "";
    found.replaceChildren(
      ...hits.slice(0, MOST).map(({ row, table }) => {
        const link = made("a", `${table} ${row.cells[0].textContent}`);
        link.href = "#" + row.id;
        return made("li", link);
      }),
    );
  });
}
