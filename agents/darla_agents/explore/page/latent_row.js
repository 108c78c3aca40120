// One latent of a bundle: its slider, the histogram of its means, and what it holds.

import { make, short } from "/elements.js";
import { canvas, histogram } from "/paint.js";

export class LatentRow {
  constructor(bundle, latent, onmove) {
    const spread = bundle.high[latent] - bundle.low[latent] || 1;
    this.low = bundle.low[latent] - 0.2 * spread;
    this.high = bundle.high[latent] + 0.2 * spread;
    this.counted = null;
    this.slider = make("input", {
      type: "range",
      step: "any",
      "aria-label": `latent z${latent}`,
      oninput: () => onmove(latent, Number(this.slider.value), performance.now()),
    });
    this.value = make("output");
    this.chart = canvas("chart");
    this.holds = make("div", { class: "holds" });
    const role = bundle.roles[latent];
    const chip = role ? make("span", { class: `chip ${role}`, textContent: role }) : "";
    const much = bundle.gaussian
      ? `KL ${short(bundle.kl[latent])}`
      : `std ${short(bundle.std[latent])}`;
    const name = make(
      "div",
      { class: "name" },
      make("b", { textContent: `z${latent}` }),
      this.value,
      make("small", {}, much, chip),
    );
    const slide = make("div", {}, this.chart, this.slider);
    this.element = make("div", { class: "latent" }, name, slide, this.holds);
  }

  show(value, given) {
    this.slider.value = value;
    this.value.textContent = value.toFixed(2);
    this.element.classList.toggle("moved", value !== given);
  }

  // The slider reaches what frames have, and this value; the frame's own posterior is drawn on it.
  draw(value, given, std) {
    this.slider.min = Math.min(this.low, value);
    this.slider.max = Math.max(this.high, value);
    this.show(value, given);
    if (!this.counted || !this.chart.clientWidth) return;
    const axis = { low: Number(this.slider.min), high: Number(this.slider.max) };
    const { counts, low, high } = this.counted;
    histogram(this.chart, counts, low, high, axis, { mean: given, std });
  }

  survey(counted, held) {
    this.counted = counted;
    this.low = Math.min(this.low, counted.low);
    this.high = Math.max(this.high, counted.high);
    const told = held.map((each) => `${Math.round(100 * each.share)}% ${each.factor}`);
    this.holds.replaceChildren(...told.map((each) => make("span", { textContent: each })));
    const what = told.join(", ") || "no single factor";
    this.holds.title = `${what}: shares of the factors' entropies that this latent tells`;
  }
}
