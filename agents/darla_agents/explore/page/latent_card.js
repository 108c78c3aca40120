// A bundle beside others: the frame, its reconstruction, and a row for each active latent.

import { ask, newest } from "/api.js";
import { ondrag } from "/dragging.js";
import { figure, make, menu, tell } from "/elements.js";
import { LatentRow } from "/latent_row.js";
import { canvas, paint } from "/paint.js";
import * as state from "/state.js";

export class LatentCard {
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
    const move = (latent, value, since) => this.move(latent, value, since);
    this.rows = new Map(this.order.map((latent) => [latent, new LatentRow(bundle, latent, move)]));
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
      menu(
        names,
        state.get(`${name}${this.index}`, this.order[Math.min(place, this.order.length - 1)]),
        (latent) => state.set({ [`${name}${this.index}`]: latent }),
        {
          "aria-label": `latent along ${name}`,
          title: `the latent that dragging along ${name} moves`,
        },
      );
    this.across = axis("x", 0);
    this.along = axis("y", 1);
    const ways = [
      ["send", "sends what is there"],
      ["axes", "moves two latents"],
    ];
    this.way = menu(
      ways,
      state.get("drag", "send"),
      (way) => {
        state.set({ drag: way });
        this.axes.hidden = way !== "axes";
      },
      { "aria-label": "what dragging on the picture does" },
    );
    this.axes = make("span", { class: "row" }, "↔", this.across, "↕", this.along);
    this.axes.hidden = this.way.value !== "axes";
    const reset = make("button", {
      type: "button",
      textContent: "reset",
      title: "the frame's own latents (r)",
      onclick: () => this.reset(),
    });
    const title = make(
      "h2",
      {},
      bundle.name,
      " ",
      make("small", {
        textContent: `${bundle.objective}, ${this.order.length} of ${bundle.latents} latents active`,
      }),
    );
    const failed = make("p", {
      class: "note",
      textContent: bundle.failure ? `failed: ${bundle.failure}` : "",
    });
    return make(
      "div",
      { class: "pictures" },
      title,
      failed,
      figure(this.shown, "frame"),
      figure(this.decoded, "decoded from the sliders"),
      make("div", { class: "row" }, reset, this.time),
      make("p", { class: "note", textContent: "dragging on the picture" }),
      make("div", { class: "row" }, this.way, this.axes),
      make("p", {
        class: "note",
        hidden: bundle.decodes,
        textContent: "this encoder has no decoder: there is no picture of its latents",
      }),
    );
  }

  list() {
    this.origin = make("p", { class: "note", textContent: "measuring latents …" });
    const rows = make(
      "div",
      { class: "sliders" },
      ...[...this.rows.values()].map((row) => row.element),
    );
    return make("div", { class: "listed" }, this.origin, rows);
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
    const pairs = state
      .get(this.key)
      .split("_")
      .map((each) => each.split(":").map(Number));
    return pairs.filter(([latent, value]) => this.rows.has(latent) && Number.isFinite(value));
  }

  remember() {
    const moved = this.order.filter((latent) => this.latents[latent] !== this.given[latent]);
    state.set({
      [this.key]: moved.map((latent) => `${latent}:${+this.latents[latent].toFixed(4)}`).join("_"),
    });
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
    for (const [latent, row] of this.rows) {
      row.draw(this.latents[latent], this.given[latent], this.spread[latent]);
    }
  }

  show(latent) {
    this.rows.get(latent).show(this.latents[latent], this.given[latent]);
  }

  async survey() {
    if (this.surveyed) return;
    this.surveyed = true;
    try {
      const answer = await ask("traverse/survey", { bundle: this.index });
      const known = answer.factors.length
        ? ""
        : "; what latents hold is known with --env, or with 1,000 frames of --data with factors";
      this.origin.textContent = `grey: means over ${answer.origin}; blue: this frame's posterior; KL in nats${known}`;
      for (const [latent, row] of this.rows) {
        row.survey(answer.histograms[latent], answer.holds[latent]);
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
    const axes = () => this.way.value === "axes";
    ondrag(this.decoded, {
      began: (start) => {
        if (!this.latents || !this.bundle.decodes) return false;
        if (axes()) this.moveTo(start);
        return true;
      },
      moved: (start, end) => (axes() ? this.moveTo(end) : this.arrow(start, end)),
      ended: (start, end) => (axes() ? null : this.send(start, end)),
    });
  }

  // Left to right, and bottom to top, from the 1st to the 99th percentile of two latents.
  moveTo([down, right]) {
    const since = performance.now();
    for (const [latent, share] of [
      [Number(this.across.value), right],
      [Number(this.along.value), 1 - down],
    ]) {
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
      const answer = await ask("traverse/drag", {
        bundle: this.index,
        latents: this.latents,
        start,
        end,
      });
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
