// What one latent changes: pictures along it, all others as they are.

const STEPS = 7;
const PATIENCE = 100; // milliseconds without another wish: sliders come first

class Strip {
  constructor(networks, onchoose) {
    this.networks = networks;
    this.asked = 0;
    this.canvases = [...Array(STEPS).keys()].map(() => make("canvas"));
    this.buttons = this.canvases.map((canvas) => make("button", { type: "button" }, canvas));
    this.onchoose = onchoose;
    byId("strip").append(...this.buttons);
  }

  // Draws soon, unless something else is asked for until then.
  draw(row, latents) {
    const asked = (this.asked += 1);
    setTimeout(() => this.paint(asked, row, latents).catch(tell), PATIENCE);
  }

  async paint(asked, row, latents) {
    const [low, high] = row.path;
    for (const [index, button] of this.buttons.entries()) {
      const place = low + (index / (STEPS - 1)) * (high - low);
      if (asked !== this.asked) return;
      const pixels = await this.networks.decode([latents.with(row.latent, place)]);
      if (asked !== this.asked) return;
      paint(this.canvases[index], pixels, this.networks.shape);
      button.onclick = () => this.onchoose(row, place);
      button.title = `${row.name} at ${place.toFixed(2)}`;
      button.setAttribute("aria-label", button.title);
    }
    byId("strip-title").textContent = `along ${row.name}, as far as frames have it`;
    byId("strip").dataset.painted = row.latent;
  }
}
