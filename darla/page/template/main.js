// The page: a frame to start from, a slider for each latent, and what the decoder draws of them.

const FEW = 16; // rows of which a screen has room for one below the other
const facts = told();
const shape = { height: facts.height, width: facts.width };
let networks = null;
let strip = null;
let latents = facts.mean.slice();
let chosen = -1;
let focused = null;

const rows = facts.rows.map((known) => new Row(known, facts.gaussian, move, look));

const repaint = newest(async (since) => {
  const pixels = await networks.decode([latents]);
  paint(byId("drawn"), pixels, shape);
  byId("drawn").dataset.painted = Number(byId("drawn").dataset.painted || 0) + 1;
  const taken = performance.now() - since;
  byId("time").textContent = `drawn from the sliders in ${taken.toFixed(0)} ms`;
  byId("time").dataset.taken = taken;
  await new Promise((resolve) => requestAnimationFrame(resolve));
});

async function draw() {
  try {
    await repaint(performance.now());
  } catch (error) {
    tell(error);
  }
}

function move(row, value) {
  latents[row.latent] = value;
  row.show(value);
  draw();
  if (focused !== row) look(row);
}

// Shows what a latent changes.
function look(row) {
  focused = row;
  for (const each of rows) each.element.classList.toggle("looked", each === row);
  strip.draw(row, latents.slice());
}

// Sets all sliders to what a frame has.
function start(values, pixels, from) {
  latents = Array.from(values);
  for (const row of rows) row.start(latents[row.latent]);
  if (pixels) paint(byId("frame"), pixels, shape);
  byId("from").textContent = from;
  draw();
  if (focused) look(focused);
}

function reset() {
  for (const row of rows) {
    latents[row.latent] = row.given;
    row.show(row.given);
  }
  draw();
  if (focused) look(focused);
}

// Shows which of the frames sliders start from.
function mark(index) {
  const buttons = [...byId("starts").children];
  buttons.forEach((each, at) => each.setAttribute("aria-pressed", at === index));
}

function choose(index, frames) {
  chosen = index;
  const size = shape.height * shape.width * 3;
  const pixels = frames.subarray(index * size, (index + 1) * size);
  start(facts.starts[index], pixels, "a frame that the encoder has learnt from");
  mark(index);
}

async function take(file) {
  try {
    const pixels = await pixelsOf(file, shape);
    start(await networks.encode(pixels), pixels, file.name);
    mark(-1);
    tell(null);
  } catch (error) {
    tell(error);
  }
}

function listen(frames) {
  const step = (by) => {
    const count = facts.starts.length;
    if (count) choose((Math.max(chosen, 0) + by + count) % count, frames);
  };
  const keys = { r: reset, n: () => step(1), p: () => step(-1) };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = rows.find((each) => each.slider === document.activeElement);
    if (event.key === "Backspace" && row) move(row, row.given);
    else if (event.key in keys) keys[event.key]();
  });
  byId("reset").onclick = reset;
  byId("file").onchange = () => byId("file").files.length && take(byId("file").files[0]);
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) take(file);
    else tell("that is no file; save the picture first, and drop it from there");
  });
}

function showFacts() {
  const { rows: known, latents: all, objective, failure } = facts;
  const failed = failure ? `; failed: ${failure}` : "";
  byId("about").textContent =
    `an encoder of ${objective}: ${known.length} of ${all} latents carry something, ` +
    `those that carry most first${failed}`;
  byId("sliders").append(...rows.map((row) => row.element));
  byId("sliders").classList.toggle("few", rows.length <= FEW);
  byId("sliders").style.setProperty("--rows", Math.ceil(rows.length / 2));
  byId("help-button").onclick = () => {
    byId("help").hidden = !byId("help").hidden;
    byId("help-button").setAttribute("aria-expanded", !byId("help").hidden);
  };
}

async function open() {
  showFacts();
  const frames = await unpacked("frames");
  const size = shape.height * shape.width * 3;
  for (const index of facts.starts.keys()) {
    const canvas = make("canvas");
    paint(canvas, frames.subarray(index * size, (index + 1) * size), shape);
    const label = `frame ${index + 1}`;
    const named = { type: "button", title: label, "aria-label": label, "aria-pressed": false };
    const button = make("button", { ...named, onclick: () => choose(index, frames) }, canvas);
    byId("starts").append(button);
  }
  networks = await Networks.open(facts.latents, shape);
  await networks.decode([latents]); // the first picture takes longer than all others
  strip = new Strip(networks, move);
  listen(frames);
  if (facts.starts.length) choose(0, frames);
  else start(facts.mean, null, "the mean of the frames that the encoder has learnt from");
  if (rows.length) look(rows[0]);
  document.body.dataset.ready = "yes";
}

open().catch((error) => {
  byId("time").textContent = "";
  tell(`this browser cannot run the networks: ${error.message || error}`);
});
