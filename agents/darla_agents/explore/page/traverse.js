// Traverse: a frame, its reconstruction, and a slider for each latent, for every bundle.

import { ask, newest } from "/api.js";
import { figure, make, menu, short, tell } from "/elements.js";
import { canvas, histogram, paint } from "/paint.js";
import * as state from "/state.js";

export class Traverse {
  constructor(element, about, picker) {
    this.element = element;
    this.picker = picker;
    element.classList.toggle("single", about.bundles.length === 1);
    this.cards = about.bundles.map((bundle, index) => new Card(bundle, index));
    element.append(make("div", {}, ...this.cards.map((card) => card.element)));
    this.encode = newest(async () => {
      const answer = await ask("traverse/encode", { frame: picker.frame });
      this.cards.forEach((card, index) => card.take(answer.bundles[index]));
    });
  }

  entered() {
    this.encode();
    for (const card of this.cards) card.survey();
  }

  linked() {
    for (const card of this.cards) card.given = null;
  }

  pressed(event) {
    if (event.key === "r") for (const card of this.cards) card.reset();
  }
}

class Card {
  constructor(bundle, index) {
    this.bundle = bundle;
    this.index = index;
    this.key = `z${index}`;
    this.latents = null;
    this.given = null;
    this.surveyed = false;
    this.shown = canvas("picture", "the frame");
    this.decoded = canvas("picture drag", "decoded from the latents");
    this.time = make("output", { class: "note" });
    this.order = [...bundle.kl.keys()].filter((latent) => bundle.active[latent]);
    const weight = bundle.gaussian ? bundle.kl : bundle.std;
    this.order.sort((first, second) => weight[second] - weight[first]);
    this.rows = new Map(this.order.map((latent) => [latent, this.row(latent)]));
    this.element = make("article", { class: "card bundle" }, this.pictures(), this.list());
    this.decode = newest(async (since) => {
      const answer = await ask("traverse/decode", { bundle: index, latents: this.latents });
      this.paint(answer.decoded);
      this.tellTime(since);
    });
    this.listenToDrags();
  }

  pictures() {
    const { bundle } = this;
    const names = this.order.map((latent) => [latent, `z${latent}`]);
    const axis = (name, place) =>
      menu(names, state.get(`${name}${this.index}`, this.order[Math.min(place, this.order.length - 1)]), (latent) => state.set({ [`${name}${this.index}`]: latent }), { "aria-label": `latent along ${name}`, title: `the latent that dragging along ${name} moves` });
    this.across = axis("x", 0);
    this.along = axis("y", 1);
    const ways = [["send", "sends what is there"], ["axes", "moves two latents"]];
    this.way = menu(ways, state.get("drag", "send"), (way) => {
      state.set({ drag: way });
      this.axes.hidden = way !== "axes";
    }, { "aria-label": "what dragging on the picture does" });
    this.axes = make("span", { class: "row" }, "↔", this.across, "↕", this.along);
    this.axes.hidden = this.way.value !== "axes";
    const reset = make("button", { type: "button", textContent: "reset", title: "the frame's own latents (r)", onclick: () => this.reset() });
    const title = make("h2", {}, bundle.name, " ", make("small", { textContent: `${bundle.objective}, ${this.order.length} of ${bundle.latents} latents active` }));
    const failed = make("p", { class: "note", textContent: bundle.failure ? `failed: ${bundle.failure}` : "" });
    return make("div", { class: "pictures" }, title, failed, figure(this.shown, "frame"), figure(this.decoded, "decoded from the sliders"), make("div", { class: "row" }, reset, this.time), make("p", { class: "note", textContent: "dragging on the picture" }), make("div", { class: "row" }, this.way, this.axes), make("p", { class: "note", hidden: bundle.decodes, textContent: "this encoder has no decoder: there is no picture of its latents" }));
  }

  list() {
    this.origin = make("p", { class: "note", textContent: "measuring latents …" });
    const rows = make("div", { class: "sliders" }, ...[...this.rows.values()].map((row) => row.element));
    return make("div", { class: "listed" }, this.origin, rows);
  }

  row(latent) {
    const { bundle } = this;
    const spread = bundle.high[latent] - bundle.low[latent] || 1;
    const row = { low: bundle.low[latent] - 0.2 * spread, high: bundle.high[latent] + 0.2 * spread };
    const begun = () => performance.now();
    row.slider = make("input", { type: "range", step: "any", "aria-label": `latent z${latent}`, oninput: () => this.move(latent, Number(row.slider.value), begun()) });
    row.value = make("output");
    row.chart = canvas("chart");
    row.holds = make("div", { class: "holds" });
    const role = bundle.roles[latent];
    const chip = role ? make("span", { class: `chip ${role}`, textContent: role }) : "";
    const much = bundle.gaussian ? `KL ${short(bundle.kl[latent])}` : `std ${short(bundle.std[latent])}`;
    const name = make("div", { class: "name" }, make("b", { textContent: `z${latent}` }), row.value, make("small", {}, much, chip));
    row.element = make("div", { class: "latent" }, name, make("div", {}, row.chart, row.slider), row.holds);
    return row;
  }

  take(answer) {
    paint(this.shown, answer.shown);
    this.given = answer.latents;
    this.spread = answer.spread;
    this.latents = [...answer.latents];
    for (const [latent, value] of this.moved()) this.latents[latent] = value;
    this.showAll();
    if (!this.bundle.decodes) return;
    if (this.moved().length) this.decode(performance.now());
    else this.paint(answer.decoded);
  }

  paint(picture) {
    this.picture = picture;
    paint(this.decoded, picture);
    this.decoded.dataset.painted = Number(this.decoded.dataset.painted || 0) + 1;
  }

  // What the address says of sliders that were moved: [latent, value] pairs.
  moved() {
    const pairs = state.get(this.key).split("_").map((each) => each.split(":").map(Number));
    return pairs.filter(([latent, value]) => this.rows.has(latent) && Number.isFinite(value));
  }

  remember() {
    const moved = this.order.filter((latent) => this.latents[latent] !== this.given[latent]);
    state.set({ [this.key]: moved.map((latent) => `${latent}:${+this.latents[latent].toFixed(4)}`).join("_") });
  }

  move(latent, value, since) {
    if (!this.latents) return;
    this.latents[latent] = value;
    this.remember();
    this.show(latent);
    if (this.bundle.decodes) this.decode(since);
  }

  reset() {
    if (!this.given) return;
    this.latents = [...this.given];
    this.remember();
    this.showAll();
    if (this.bundle.decodes) this.decode(performance.now());
  }

  showAll() {
    for (const latent of this.order) {
      const row = this.rows.get(latent);
      row.slider.min = Math.min(row.low, this.latents[latent]);
      row.slider.max = Math.max(row.high, this.latents[latent]);
      this.show(latent);
      this.draw(latent);
    }
  }

  show(latent) {
    const row = this.rows.get(latent);
    row.slider.value = this.latents[latent];
    row.value.textContent = this.latents[latent].toFixed(2);
    row.element.classList.toggle("moved", this.latents[latent] !== this.given[latent]);
  }

  draw(latent) {
    const row = this.rows.get(latent);
    if (!row.counts || !this.given || !row.chart.clientWidth) return;
    const axis = { low: Number(row.slider.min), high: Number(row.slider.max) };
    histogram(row.chart, row.counts.counts, row.counts.low, row.counts.high, axis, { mean: this.given[latent], std: this.spread[latent] });
  }

  async survey() {
    if (this.surveyed) return;
    this.surveyed = true;
    try {
      const answer = await ask("traverse/survey", { bundle: this.index });
      const known = answer.factors.length ? "" : "; what latents hold is known with --env, or with 1,000 frames of --data with factors";
      this.origin.textContent = `grey: means over ${answer.origin}; blue: this frame's posterior${known}`;
      for (const latent of this.order) {
        const row = this.rows.get(latent);
        row.counts = answer.histograms[latent];
        row.low = Math.min(row.low, row.counts.low);
        row.high = Math.max(row.high, row.counts.high);
        const held = answer.holds[latent].map((each) => `${Math.round(100 * each.share)}% ${each.factor}`);
        row.holds.replaceChildren(...held.map((each) => make("span", { textContent: each })));
        row.holds.title = `${held.join(", ") || "no single factor"}: shares of the factors' entropies that this latent tells`;
      }
      if (this.latents) this.showAll();
    } catch (error) {
      this.surveyed = false;
      this.origin.textContent = error.message;
    }
  }

  tellTime(since) {
    requestAnimationFrame(() => {
      const taken = performance.now() - since;
      this.time.textContent = `repainted in ${taken.toFixed(0)} ms`;
      this.time.dataset.taken = taken;
    });
  }

  listenToDrags() {
    let start = null;
    const place = (event) => {
      const box = this.decoded.getBoundingClientRect();
      const share = (value) => Math.min(Math.max(value, 0), 1);
      return [share((event.clientY - box.top) / box.height), share((event.clientX - box.left) / box.width)];
    };
    this.decoded.addEventListener("pointerdown", (event) => {
      if (!this.latents || !this.bundle.decodes) return;
      start = place(event);
      this.decoded.setPointerCapture(event.pointerId);
      if (this.way.value === "axes") this.moveTo(start);
    });
    this.decoded.addEventListener("pointermove", (event) => {
      if (!start) return;
      if (this.way.value === "axes") this.moveTo(place(event));
      else this.arrow(start, place(event));
    });
    this.decoded.addEventListener("pointerup", (event) => {
      if (start && this.way.value === "send") this.send(start, place(event));
      start = null;
    });
    this.decoded.addEventListener("pointercancel", () => (start = null));
  }

  // Left to right, and bottom to top, from the 1st to the 99th percentile of two latents.
  moveTo([down, right]) {
    const since = performance.now();
    for (const [latent, share] of [[Number(this.across.value), right], [Number(this.along.value), 1 - down]]) {
      const { low, high } = this.bundle;
      this.latents[latent] = low[latent] + share * (high[latent] - low[latent]);
      this.show(latent);
    }
    this.remember();
    this.decode(since);
  }

  arrow(start, end) {
    paint(this.decoded, this.picture);
    const pen = this.decoded.getContext("2d");
    const { width, height } = this.decoded;
    pen.strokeStyle = "#ffffff";
    pen.beginPath();
    pen.moveTo(start[1] * width, start[0] * height);
    pen.lineTo(end[1] * width, end[0] * height);
    pen.stroke();
    pen.strokeRect(end[1] * width - 2, end[0] * height - 2, 4, 4);
  }

  async send(start, end) {
    this.time.textContent = "looking for latents …";
    try {
      const since = performance.now();
      const answer = await ask("traverse/drag", { bundle: this.index, latents: this.latents, start, end });
      this.latents = answer.latents;
      this.remember();
      this.showAll();
      this.paint(answer.decoded);
      this.tellTime(since);
      tell(null);
    } catch (error) {
      this.time.textContent = "";
      this.paint(this.picture);
      tell(error);
    }
  }
}
