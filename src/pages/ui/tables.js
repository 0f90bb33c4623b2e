// SPDX-License-Identifier: BSD-2-Clause
// Tables that can be sorted, and stay as they were sorted when their rows change.

import { byId, element } from "./dom.js";

// Numbers before words, null last.
function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

export class Table {
  // columns: { title, value(row), show(row) (a string or a node; default: the value) }.
  constructor(place, caption, columns, { sort = 0, descending = false } = {}) {
    this.columns = columns;
    this.rows = [];
    this.sort = sort;
    this.descending = descending;
    this.caption = element("caption", { class: "unseen" }, caption);
    this.body = element("tbody");
    this.heads = columns.map((column, i) => this.head(column, i));
    byId(place).append(
      element(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": `Table: ${caption}` },
        element("table", {}, this.caption, element("thead", {}, element("tr", {}, ...this.heads)), this.body),
      ),
    );
  }

  head(column, i) {
    const button = element("button", { type: "button" }, column.title);
    button.addEventListener("click", () => this.sortBy(i));
    return element("th", { scope: "col" }, button);
  }

  sortBy(i) {
    this.descending = this.sort === i ? !this.descending : this.isNumber(i);
    this.sort = i;
    this.draw();
  }

  isNumber(i) {
    return this.rows.some((row) => typeof this.columns[i].value(row) === "number");
  }

  // A caption that tells more than the heading above.
  update(rows, caption) {
    this.rows = rows;
    if (caption) {
      this.caption.textContent = caption;
      this.caption.classList.remove("unseen");
    }
    this.draw();
  }

  draw() {
    const { value } = this.columns[this.sort];
    const numbers = this.columns.map((_, i) => this.isNumber(i));
    const sorted = [...this.rows].sort((a, b) => compare(value(a), value(b)));
    if (this.descending) sorted.reverse();
    this.heads.forEach((head, i) => {
      head.classList.toggle("number", numbers[i]);
      if (i !== this.sort) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
    });
    this.body.replaceChildren(...sorted.map((row) => this.row(row, numbers)));
  }

  row(row, numbers) {
    return element(
      "tr",
      {},
      ...this.columns.map((column, i) => {
        const shown = (column.show ?? column.value)(row) ?? "–";
        return element("td", numbers[i] ? { class: "number" } : {}, shown);
      }),
    );
  }
}
