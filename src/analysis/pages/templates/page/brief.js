"use strict";
// what if: the formulas of what_if.recruits and needs.what_if, on the numbers that the box carries
const box = document.getElementById("neu");
if (box) {
  const given = JSON.parse(box.dataset.given);
  const sliders = [...box.querySelectorAll("[data-unit]")];
  const laws = [...box.querySelectorAll("[type=checkbox]")];
  const hiring = [...box.querySelectorAll("[data-steps]")];
  const written = (value, places) =>
    value.toLocaleString("vi-VN", { minimumFractionDigits: places, maximumFractionDigits: places });
  // a half goes to the even number, as numpy's rint
  const whole = (value) => {
    const near = Math.round(value * 1e6) / 1e6;
    const low = Math.floor(near);
    return near - low === 0.5 ? low + (low % 2) : Math.round(near);
  };
  const recruits = (at) => {
    const now = given.expected;
    const needed = ["nursery", "kindergarten"].reduce((sum, band, i) => {
      const classes = given.classes[i] * (at["rate_" + band] / now["rate_" + band]) * (now["size_" + band] / at["size_" + band]);
      return sum + classes * given.norms[i];
    }, 0);
    const staying = given.teachers - whole((given.teachers * at.leaving) / 100);
    return whole(needed) - staying;
  };
  const base = recruits(given.expected);
  const status = box.querySelector("[role=status]");
  const tell = () => {
    const at = {};
    sliders.forEach((slider) => {
      at[slider.name] = given.expected[slider.name] + Number(slider.value);
      const words = `${written(at[slider.name], 1)} ${slider.dataset.unit}`;
      slider.previousElementSibling.textContent = words;
      slider.setAttribute("aria-valuetext", words);
    });
    laws.filter((law) => law.checked).forEach(({ dataset: law }) => {
      at[law.lever] = Math.max(at[law.lever] * Number(law.factor), Number(law.least));
    });
    // made on every path beforehand: the script only shows what belongs to the step
    hiring.forEach((slider) => {
      const [hires, course] = JSON.parse(slider.dataset.steps)[Number(slider.value)];
      slider.previousElementSibling.textContent = `${hires} người`;
      slider.setAttribute("aria-valuetext", `${hires} người`);
      if (slider.nextElementSibling.textContent !== course) slider.nextElementSibling.textContent = course;
    });
    const now = recruits(at);
    box.dataset.recruits = now;
    status.querySelector("b").textContent = written(now, 0);
    const more = now - base;
    status.querySelector("span").textContent = more ? `, ${more > 0 ? "tăng" : "giảm"} ${written(Math.abs(more), 0)} so với dự báo` : ", như dự báo";
  };
  box.addEventListener("input", tell);
  box.querySelector("button").addEventListener("click", () => {
    [...sliders, ...hiring].forEach((slider) => (slider.value = slider.defaultValue));
    laws.forEach((law) => (law.checked = false));
    tell();
  });
  tell();
  box.hidden = false;
}
