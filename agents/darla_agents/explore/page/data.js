// Data: a sheet of the dataset's frames, how factors are covered, and what was recorded of one.

import { ask, newest } from "/api.js";
import { make, menu, missing, short } from "/elements.js";
import { canvas, coverage, paint } from "/paint.js";
import * as state from "/state.js";

export class Data {
  constructor(element, about, picker) {
    this.element = element;
    this.data = about.data;
    this.picker = picker;
    if (!this.data) {
      element.append(missing("No dataset was given to look into.", "darla explore --data data/…"));
      return;
    }
    this.all = null;
    this.filters = new Map();
    this.sheet = newest(async () => {
      const answer = await ask("data/sheet", {
        within: this.within,
        page: state.getNumber("page", 0),
      });
      this.showSheet(answer);
    });
    this.record = newest(async () => {
      const frame = picker.frame;
      if (frame.of === "recorded") this.showRecord(await ask("data/record", { row: frame.row }));
    });
    element.append(make("div", {}, this.left_(), this.middle(), this.right()));
  }

  get within() {
    return state.getObject("within") || {};
  }

  left_() {
    const { data } = this;
    const kwargs = Object.entries(data.env_kwargs)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ");
    const title = make("p", {
      class: "note",
      textContent: `${data.env} ${kwargs}; ${data.frames.toLocaleString()} frames of ${data.size.join("×")}, ${data.episodes.toLocaleString()} episodes, policy ${data.how}`,
    });
    const filters = Object.keys(data.factors).map((name) => this.filter(name));
    const clear = make("button", {
      type: "button",
      textContent: "all frames",
      onclick: () => {
        state.set({ within: null, page: null });
        this.linked();
        this.sheet();
      },
    });
    return make(
      "div",
      { class: "card filters" },
      make("h2", { textContent: data.name }),
      title,
      make(
        "div",
        { class: "row" },
        clear,
        make("span", { class: "note", textContent: "grey: all, blue: chosen" }),
      ),
      ...filters,
    );
  }

  filter(name) {
    const factor = this.data.factors[name];
    const chart = canvas("chart", `how ${name} is covered`);
    const value = make("span", { class: "note" });
    const filter = { chart, value };
    let controls;
    if (factor.categories.length) {
      const options = [["", "any"], ...factor.categories.map((each, index) => [index, each])];
      filter.menu = menu(
        options,
        "",
        (index) =>
          this.narrow(name, index === "" ? null : { low: Number(index), high: Number(index) }),
        { "aria-label": name },
      );
      controls = filter.menu;
    } else {
      const slider = (end, text) =>
        make("input", {
          type: "range",
          min: factor.from,
          max: factor.to,
          step: "any",
          "aria-label": `${text} ${name}`,
          oninput: () => this.slide(name, end),
        });
      filter.low = slider("low", "least");
      filter.high = slider("high", "most");
      controls = make(
        "div",
        { class: "row" },
        make("span", {}, filter.low),
        make("span", {}, filter.high),
      );
    }
    this.filters.set(name, filter);
    const chip = make("span", { class: `chip ${factor.role}`, textContent: factor.role });
    const made = make(
      "div",
      { class: "filter" },
      make("div", { class: "row" }, make("b", { textContent: name }), value, chip),
      chart,
      controls,
    );
    this.showFilter(name);
    return made;
  }

  slide(name, moved) {
    const { low, high } = this.filters.get(name);
    if (Number(low.value) > Number(high.value)) {
      if (moved === "low") high.value = low.value;
      else low.value = high.value;
    }
    const { from, to } = this.data.factors[name];
    const whole = Number(low.value) <= from && Number(high.value) >= to;
    this.narrow(name, whole ? null : { low: Number(low.value), high: Number(high.value) });
  }

  narrow(name, ends) {
    const within = { ...this.within };
    if (ends) within[name] = ends;
    else delete within[name];
    state.set({ within: Object.keys(within).length ? within : null, page: null });
    this.showFilter(name);
    this.sheet();
  }

  showFilter(name) {
    const filter = this.filters.get(name);
    const factor = this.data.factors[name];
    const ends = this.within[name];
    if (filter.menu) filter.menu.value = ends ? ends.low : "";
    else {
      filter.low.value = ends ? ends.low : factor.from;
      filter.high.value = ends ? ends.high : factor.to;
      filter.value.textContent = ends
        ? `${short(ends.low)} to ${short(ends.high)} ${factor.unit}`
        : factor.unit;
    }
  }

  middle() {
    this.count = make("span");
    this.back = make("button", {
      type: "button",
      textContent: "◀",
      title: "page before",
      onclick: () => this.turn(-1),
    });
    this.next = make("button", {
      type: "button",
      textContent: "▶",
      title: "page after",
      onclick: () => this.turn(1),
    });
    this.frames = make("div", { class: "sheet" });
    return make(
      "div",
      { class: "card middle" },
      make("div", { class: "row" }, this.back, this.next, this.count),
      this.frames,
    );
  }

  right() {
    this.shown = canvas("picture", "the frame");
    this.facts = make("table", { class: "facts" });
    this.recordTitle = make("h2", { textContent: "no frame of the dataset is chosen" });
    return make("div", { class: "card record" }, this.recordTitle, this.shown, this.facts);
  }

  turn(by) {
    state.set({ page: Math.max(0, state.getNumber("page", 0) + by) });
    this.sheet();
  }

  entered() {
    if (!this.data) return;
    this.sheet();
    this.record();
  }

  linked() {
    if (this.data) for (const name of this.filters.keys()) this.showFilter(name);
  }

  async showSheet(answer) {
    if (this.all === null) {
      const whole = Object.keys(this.within).length
        ? await ask("data/sheet", { within: {}, page: 2 ** 30 })
        : answer;
      this.all = whole.coverage;
    }
    const page = state.getNumber("page", 0);
    const pages = Math.max(1, Math.ceil(answer.found / this.data.per_sheet));
    this.count.textContent = `${answer.found.toLocaleString()} of ${this.data.frames.toLocaleString()} frames · page ${page + 1} of ${pages.toLocaleString()}`;
    this.back.disabled = page === 0;
    this.next.disabled = page + 1 >= pages;
    this.frames.replaceChildren(
      ...answer.pictures.map((each, index) => {
        const row = answer.rows[index];
        const shown = canvas("picture", `row ${row}`);
        paint(shown, each);
        return make(
          "button",
          {
            type: "button",
            title: `row ${row}`,
            onclick: () => this.picker.set(`recorded.${row}`),
            "aria-pressed": false,
            "data-row": row,
          },
          shown,
        );
      }),
    );
    for (const [name, { chart }] of this.filters)
      coverage(chart, this.all[name], answer.coverage[name]);
    this.mark();
  }

  showRecord(answer) {
    paint(this.shown, answer.frame);
    this.recordTitle.textContent = `row ${answer.recorded.row}`;
    const fact = ([name, value]) =>
      make(
        "tr",
        {},
        make("th", { textContent: name }),
        make("td", {
          textContent: Array.isArray(value) ? value.map(short).join(" ") : short(value),
        }),
      );
    this.facts.replaceChildren(
      ...Object.entries(answer.recorded).map(fact),
      ...Object.entries(answer.factors).map(fact),
    );
    this.mark();
  }

  mark() {
    const frame = this.picker.frame;
    for (const button of this.frames.children) {
      button.setAttribute(
        "aria-pressed",
        frame.of === "recorded" && Number(button.dataset.row) === frame.row,
      );
    }
  }
}
