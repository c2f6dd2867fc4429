"use strict";
// for pages with long tables, or figures of many units
{
const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
const made = (tag, ...parts) => {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
};

// long tables: a click on a head sorts their rows, words that are typed leave those that hold them
const figureOf = (cell) => {
  const figure = cell.textContent.replace(/[^\d,−-]/g, "").replace(",", ".").replace("−", "-");
  return /\d/.test(figure) ? Number(figure) * (/giảm|thiếu/.test(cell.textContent) ? -1 : 1) : NaN;
};
document.querySelectorAll("table.sortable").forEach((table) => {
  const rows = [...table.querySelectorAll("tbody tr[data-area]:not(.total)")];
  const groups = [...table.querySelectorAll("tr.group")];
  const body = table.tBodies[0];
  const width = rows[0].cells.length;
  const heads = [...table.tHead.querySelectorAll("th:not([scope=colgroup])")];
  const upper = [...table.tHead.rows[0].cells].flatMap((th) => (th.scope === "colgroup" ? [...Array(th.colSpan)].fill(null) : [th]));
  const lower = [...(table.tHead.rows[1] || { cells: [] }).cells];
  const columns = upper.map((th) => th || lower.shift());
  columns.slice(0, width).forEach((th, at) => {
    const button = made("button", ...th.childNodes);
    button.type = "button";
    th.append(button);
    button.addEventListener("click", () => {
      const up = th.ariaSort === "descending" || (at === 0 && !th.ariaSort);
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => (at ? figureOf(row.cells[at]) : row.cells[0].textContent);
      const order = (a, b) => (at ? (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : up ? a - b : b - a) : (up ? 1 : -1) * a.localeCompare(b, "vi"));
      groups.forEach((group) => (group.hidden = true));
      body.append(...rows.map((row) => [value(row), row]).sort((a, b) => order(a[0], b[0])).map(([, row]) => row));
      table.querySelectorAll("tr.total").forEach((row) => body.append(row));
    });
  });
  const box = made("input");
  box.type = "search";
  const label = made("label", "Lọc đơn vị: ", box);
  label.className = "pick";
  table.closest(".scroll").before(label);
  box.addEventListener("input", () => {
    const words = folded(box.value).split(/\s+/).filter(Boolean);
    rows.forEach((row) => (row.hidden = !words.every((word) => folded(row.cells[0].textContent).includes(word))));
    groups.forEach((group) => (group.hidden = words.length > 0 || columns.some((th) => th.hasAttribute("aria-sort"))));
  });
});

// figures of many units: one that is chosen is marked, with its number beside
document.querySelectorAll("[data-points]").forEach((picture) => {
  const points = JSON.parse(picture.dataset.points);
  const names = [...new Set(points.map(([name]) => name))].sort((a, b) => a.localeCompare(b, "vi"));
  const list = made("select", made("option", "–"), ...names.map((name) => made("option", name)));
  const said = made("output");
  const label = made("label", "Tìm đơn vị trên hình: ", list);
  const line = made("p", label, " ", said);
  line.className = "pick";
  picture.closest("figure").prepend(line);
  list.addEventListener("change", () => {
    const chosen = points.filter(([name]) => name === list.value);
    picture.querySelectorAll("b").forEach((old) => old.remove());
    chosen.forEach(([, x, y]) => {
      const mark = made("b");
      mark.style.left = 100 * x + "%";
      mark.style.top = 100 * y + "%";
      picture.append(mark);
    });
    said.textContent = chosen.map(([, , , words]) => words).join("; ");
  });
});
}
