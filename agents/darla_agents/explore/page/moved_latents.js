// Which latents of a bundle move: since a factor was touched, and with each factor from here.

import { make } from "/elements.js";
import { shade } from "/paint.js";

const BARS = 14;
const ROWS = 20;
const WHOLE_BAR = 3; // spreads of a latent that fill half of a bar
const DEEPEST = 1.2; // spreads that make a cell of the matrix the darkest

export class MovedLatents {
  constructor(bundle, factors) {
    this.bundle = bundle;
    const weight = bundle.gaussian ? bundle.kl : bundle.std;
    this.order = [...bundle.kl.keys()]
      .filter((latent) => bundle.active[latent])
      .sort((first, second) => weight[second] - weight[first]);
    this.bars = new Map();
    this.cells = new Map();
    this.heads = new Map();
    this.since = make("small");
    const importance = make("small", {
      textContent: "each factor through its range, in spreads of D_U",
      title: `the latents with the largest KL, ${ROWS} at most`,
    });
    this.element = make(
      "div",
      { class: "card" },
      make("h2", {}, bundle.name, ": moved since ", this.since),
      make("div", {}, ...this.order.slice(0, BARS).map((latent) => this.bar(latent))),
      make("h2", {}, "importance here ", importance),
      this.matrix(factors),
    );
  }

  bar(latent) {
    const bar = make("b");
    const value = make("span");
    this.bars.set(latent, { bar, value });
    const name = make("span", { textContent: `z${latent}` });
    const title = this.bundle.roles[latent];
    return make("div", { class: "bar", title }, name, make("i", {}, bar), value);
  }

  matrix(factors) {
    const head = make("tr", {}, make("th"), ...factors.map((name) => this.head(name)));
    const rows = this.order.slice(0, ROWS).map((latent) => {
      const title = `z${latent} ${this.bundle.roles[latent]}`;
      const cells = factors.map((name) => {
        const cell = make("td");
        this.cells.set(`${latent} ${name}`, cell);
        return cell;
      });
      return make("tr", {}, make("th", { scope: "row", textContent: title }), ...cells);
    });
    return make("table", { class: "matrix" }, make("thead", {}, head), make("tbody", {}, ...rows));
  }

  head(name) {
    const cell = make("th", { scope: "col" }, make("span", { textContent: name }));
    this.heads.set(name, cell);
    return cell;
  }

  // How far latents are from those before a factor began to be moved.
  show(latents, before, moving) {
    this.since.textContent = moving ? `${moving} was touched` : "this setting";
    for (const [latent, { bar, value }] of this.bars) {
      const spread = Math.max(this.bundle.std[latent], 1e-3);
      const by = (latents[latent] - before[latent]) / spread;
      const share = Math.min(Math.abs(by) / WHOLE_BAR, 1) * 50;
      bar.style.width = `${share}%`;
      bar.style.left = `${by < 0 ? 50 - share : 50}%`;
      bar.className = by < 0 ? "less" : "";
      value.textContent = `${by < 0 ? "−" : "+"}${Math.abs(by).toFixed(1)}`;
    }
    for (const [name, head] of this.heads) head.classList.toggle("now", name === moving);
  }

  // A column of the matrix; null where the factor can have no other value here.
  importance(factor, moved) {
    for (const latent of this.order.slice(0, ROWS)) {
      const cell = this.cells.get(`${latent} ${factor}`);
      const by = moved ? moved[latent] : null;
      cell.style.background = by === null ? "" : shade(by / DEEPEST);
      cell.title =
        by === null ? `${factor} cannot be moved here` : `z${latent}, ${factor}: ${by.toFixed(2)}`;
      cell.dataset.moved = by ?? "";
    }
  }
}
