// Watch: an agent acts in a domain that one chooses; its view stands beside what its latents keep.

import { ask } from "/api.js";
import { figure, make, menu, missing, short, tell } from "/elements.js";
import { canvas, course, paint } from "/paint.js";
import * as state from "/state.js";

export class Watch {
  constructor(element, about) {
    this.element = element;
    this.agent = about.agent;
    this.session = null;
    this.playing = false;
    this.totals = [];
    if (!this.agent) {
      element.append(
        missing("No agent was given to watch.", "darla explore --agent runs/agents/…"),
      );
      return;
    }
    element.append(make("div", {}, this.stage(), this.side()));
  }

  stage() {
    const button = (text, title, onclick) =>
      make("button", { type: "button", textContent: text, title, onclick });
    this.domain = menu(
      this.agent.domains,
      state.get("where", this.agent.domain),
      (where) => {
        state.set({ where });
        this.start();
      },
      { id: "watch-domain", "aria-label": "domain" },
    );
    this.seed = make("input", {
      type: "number",
      min: 0,
      value: state.getNumber("seed", 0),
      "aria-label": "seed of the episode",
      onchange: () => {
        state.set({ seed: this.seed.value });
        this.start();
      },
    });
    this.drawn = make("input", {
      type: "checkbox",
      id: "watch-drawn",
      checked: state.get("drawn") === "yes",
      onchange: () => {
        state.set({ drawn: this.drawn.checked ? "yes" : null });
        this.start();
      },
    });
    this.play = button("▶ play", "play or pause (space)", () => this.toggle());
    this.speed = make("input", {
      type: "range",
      min: 1,
      max: 30,
      value: state.getNumber("speed", 8),
      title: "steps in a second",
      "aria-label": "steps in a second",
      oninput: () => state.set({ speed: this.speed.value }),
    });
    this.look = menu(
      this.agent.domains,
      state.get("look", this.agent.targets[0] || this.agent.domain),
      (look) => state.set({ look }),
      { "aria-label": "look to change to" },
    );
    const change = button("change the look now", "the episode goes on", () => this.change());
    this.view = canvas("picture", "what the agent is shown");
    this.kept = canvas("picture", "what the encoder keeps of it");
    this.seen = canvas("picture", "what the agent sees of that");
    this.seenFigure = figure(this.seen, "seen by the agent: the look hidden");
    this.said = make("p", { class: "note" });
    this.facts = make("p");
    this.course = canvas("course", "rewards summed up");
    return make(
      "div",
      { class: "card" },
      make(
        "div",
        { class: "row" },
        make("label", { for: "watch-domain", textContent: "domain" }),
        this.domain,
        "seed",
        this.seed,
        make("label", { for: "watch-drawn", textContent: "draw actions" }),
        this.drawn,
        button("↺ again", "the episode from its start (r)", () => this.start()),
      ),
      make(
        "div",
        { class: "row" },
        this.play,
        button("step", "one step (.)", () => this.step(1)),
        make("span", { textContent: "speed" }),
        make("span", {}, this.speed),
        make("span", { textContent: "look" }),
        this.look,
        change,
      ),
      this.said,
      make(
        "div",
        { class: "views" },
        figure(this.view, "shown to the agent"),
        figure(this.kept, "kept by the encoder"),
        this.seenFigure,
      ),
      this.facts,
      this.course,
    );
  }

  side() {
    this.bars = make("div");
    return make(
      "div",
      { class: "card latents" },
      make(
        "h2",
        {},
        this.agent.name,
        " ",
        make("small", {
          textContent: `${this.agent.kind}, ${this.agent.task}, learned in ${this.agent.domain}`,
        }),
      ),
      make("p", {
        class: "note",
        textContent: "latents now, in spreads of D_U; hidden from the agent: pale",
      }),
      this.bars,
    );
  }

  entered() {
    if (this.agent && this.session === null) this.start();
  }

  left() {
    this.pause();
  }

  linked() {
    if (!this.agent) return;
    this.domain.value = state.get("where", this.agent.domain);
    this.seed.value = state.getNumber("seed", 0);
    this.session = null;
  }

  pressed(event) {
    if (!this.agent) return;
    if (event.key === " " && !["BUTTON", "INPUT"].includes(event.target.tagName)) {
      event.preventDefault();
      this.toggle();
    } else if (event.key === ".") this.step(1);
    else if (event.key === "r") this.start();
  }

  toggle() {
    if (this.playing) this.pause();
    else {
      this.playing = true;
      this.play.textContent = "⏸ pause";
      this.film();
    }
  }

  pause() {
    this.playing = false;
    if (this.play) this.play.textContent = "▶ play";
  }

  async film() {
    while (this.playing) {
      const began = performance.now();
      await this.step(1);
      const rest = 1000 / Number(this.speed.value) - (performance.now() - began);
      await new Promise((done) => setTimeout(done, Math.max(rest, 0)));
    }
  }

  async start() {
    await this.do(async () => {
      const answer = await ask("watch/start", {
        domain: this.domain.value,
        seed: Math.max(0, Math.floor(Number(this.seed.value)) || 0),
        deterministic: !this.drawn.checked,
      });
      this.session = answer.session;
      this.totals = [];
      this.said.textContent = "";
      answer.shown.forEach((each) => this.show(each));
    });
  }

  async step(steps) {
    await this.do(async () => {
      if (this.session === null) return;
      const answer = await ask("watch/step", { session: this.session, steps });
      answer.shown.forEach((each) => this.show(each));
    });
  }

  async change() {
    await this.do(async () => {
      const answer = await ask("watch/look", {
        session: this.session,
        domain: this.look.value,
        seed: Math.floor(Math.random() * 2 ** 31),
      });
      this.said.textContent = answer.said;
      answer.shown.forEach((each) => this.show(each));
    });
  }

  async do(work) {
    try {
      await work();
      tell(null);
    } catch (error) {
      this.pause();
      tell(error);
    }
  }

  show(now) {
    paint(this.view, now.view);
    this.view.dataset.step = now.step;
    this.view.dataset.domain = now.domain;
    paint(this.kept, now.kept);
    paint(this.seen, now.seen);
    this.kept.parentElement.hidden = !now.kept;
    this.seenFigure.hidden = !now.seen;
    if (now.step === 0) this.totals = [];
    if (this.totals.length <= now.step) this.totals.push(now.total);
    const end = now.done
      ? ` · over${now.success === null ? "" : now.success ? ": success" : ": no success"}, the next step begins another`
      : "";
    this.facts.textContent = `${now.domain} · episode ${now.seed} · step ${now.step} · action ${JSON.stringify(now.action)} · reward ${short(now.reward)} · return ${short(now.total)}${end}`;
    course(this.course, this.totals);
    this.showLatents(now);
  }

  showLatents(now) {
    if (this.bars.childElementCount !== now.latents.length) {
      this.bars.replaceChildren(
        ...now.latents.map((_, latent) =>
          make(
            "div",
            { class: "bar" },
            make("span", { textContent: `z${latent}` }),
            make("i", {}, make("b")),
            make("span"),
          ),
        ),
      );
    }
    const hidden = new Set(now.masked || []);
    now.latents.forEach((by, latent) => {
      const row = this.bars.children[latent];
      const bar = row.children[1].firstChild;
      const share = Math.min(Math.abs(by) / 3, 1) * 50;
      bar.style.width = `${share}%`;
      bar.style.left = `${by < 0 ? 50 - share : 50}%`;
      bar.className = by < 0 ? "less" : "";
      row.style.opacity = hidden.has(latent) ? 0.35 : 1;
      row.children[2].textContent = by.toFixed(1);
    });
  }
}
