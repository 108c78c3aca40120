// Pictures and charts on canvases.

const BLUE = "#0072b2";
const GREY = "#a9b4c0";

export function canvas(kind = "picture", label = "") {
  const made = document.createElement("canvas");
  made.className = kind;
  if (label) {
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", label);
  }
  return made;
}

export function paint(onto, picture) {
  if (!picture) return;
  const { height, width, rgb } = picture;
  const bytes = atob(rgb);
  const image = new ImageData(width, height);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    image.data[to] = bytes.charCodeAt(from);
    image.data[to + 1] = bytes.charCodeAt(from + 1);
    image.data[to + 2] = bytes.charCodeAt(from + 2);
    image.data[to + 3] = 255;
  }
  if (onto.width !== width || onto.height !== height) {
    onto.width = width;
    onto.height = height;
  }
  onto.getContext("2d").putImageData(image, 0, 0);
}

// A canvas in as many pixels as the screen gives it.
function sharp(onto) {
  const scale = window.devicePixelRatio || 1;
  const width = onto.clientWidth || 200;
  const height = onto.clientHeight || 24;
  onto.width = Math.round(width * scale);
  onto.height = Math.round(height * scale);
  const pen = onto.getContext("2d");
  pen.scale(scale, scale);
  return { pen, width, height };
}

// Counts of values from low to high, on an axis from left to right; and one posterior over them.
export function histogram(onto, counts, low, high, axis, mark = null) {
  const { pen, width, height } = sharp(onto);
  const place = (value) => ((value - axis.low) / (axis.high - axis.low || 1)) * width;
  const most = Math.max(...counts, 1);
  const step = (high - low) / counts.length;
  pen.fillStyle = GREY;
  counts.forEach((count, index) => {
    const left = place(low + index * step);
    const tall = (count / most) * (height - 1);
    pen.fillRect(
      left,
      height - tall,
      Math.max(place(low + (index + 1) * step) - left - 0.5, 0.5),
      tall,
    );
  });
  if (mark) {
    pen.fillStyle = "#0072b244";
    const left = place(mark.mean - mark.std);
    pen.fillRect(left, 0, Math.max(place(mark.mean + mark.std) - left, 1), height);
    pen.fillStyle = BLUE;
    pen.fillRect(place(mark.mean) - 1, 0, 2, height);
  }
}

// Counts of all frames in grey, of those that are chosen in blue.
export function coverage(onto, all, chosen) {
  const { pen, width, height } = sharp(onto);
  const wide = width / all.length;
  for (const [counts, color] of [
    [all, "#d3dae2"],
    [chosen, BLUE],
  ]) {
    const most = Math.max(...counts, 1);
    pen.fillStyle = color;
    counts.forEach((count, index) => {
      const tall = (count / most) * (height - 1);
      pen.fillRect(index * wide, height - tall, Math.max(wide - 1, 1), tall);
    });
  }
}

export function dial(onto, answer) {
  const { pen, width, height } = sharp(onto);
  const low = Math.min(answer.ordinary.low, answer.worst);
  const high = Math.max(answer.threshold + (answer.threshold - low) * 0.8, answer.ordinary.high);
  const angle = (value) => Math.PI * (1 + Math.min(Math.max((value - low) / (high - low), 0), 1));
  const [x, y, radius] = [width / 2, height - 12, Math.min(width / 2, height) - 16];
  const arc = (from, to, color, thick) => {
    pen.beginPath();
    pen.lineWidth = thick;
    pen.strokeStyle = color;
    pen.arc(x, y, radius, from, to);
    pen.stroke();
  };
  arc(Math.PI, angle(answer.threshold), "#9ccbe8", 14);
  arc(angle(answer.threshold), 2 * Math.PI, "#d55e00", 14);
  const needle = angle(answer.worst);
  pen.beginPath();
  pen.lineWidth = 3;
  pen.strokeStyle = "#1c2530";
  pen.moveTo(x, y);
  pen.lineTo(x + Math.cos(needle) * (radius + 4), y + Math.sin(needle) * (radius + 4));
  pen.stroke();
  pen.fillStyle = "#1c2530";
  pen.beginPath();
  pen.arc(x, y, 5, 0, 2 * Math.PI);
  pen.fill();
}

// What has been summed up so far, step by step.
export function course(onto, totals) {
  const { pen, width, height } = sharp(onto);
  const low = Math.min(0, ...totals);
  const high = Math.max(0.5, ...totals);
  const place = (value) => height - 6 - ((value - low) / (high - low || 1)) * (height - 12);
  pen.strokeStyle = "#d5dbe2";
  pen.beginPath();
  pen.moveTo(0, place(0));
  pen.lineTo(width, place(0));
  pen.stroke();
  pen.strokeStyle = BLUE;
  pen.lineWidth = 2;
  pen.beginPath();
  const steps = Math.max(totals.length - 1, 40);
  totals.forEach((total, index) => pen.lineTo((index / steps) * width, place(total)));
  pen.stroke();
}

// White to deep blue, by lightness, which everybody sees.
export function shade(share) {
  const kept = Math.min(Math.max(share, 0), 1) ** 0.7;
  const mix = (from, to) => Math.round(from + (to - from) * kept);
  return `rgb(${mix(240, 8)},${mix(244, 48)},${mix(249, 107)})`;
}
