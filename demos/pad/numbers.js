// Numbers as they are printed.

/** With a sign as in print, and so many digits that count. */
const printed = (value, digits = 4) => {
  const text = Math.abs(value) < 1e-12 ? '0' : String(Number(value.toPrecision(digits)));
  return text.replace('-', '−');
};

/** With three digits, also where they are zeros. */
const rounded = (value) => (value < 1e-3 || value >= 1000 ? printed(value, 3) : value.toPrecision(3));

/**
 * Probabilities in tenths of a percent that add to 100.0 as printed: what rounding down leaves goes to the largest
 * remainders.
 */
const percentages = (probabilities) => {
  const exact = Array.from(probabilities, (p) => 1000 * p);
  const tenths = exact.map(Math.floor);
  const order = exact.map((_, i) => i).sort((i, j) => exact[j] - tenths[j] - (exact[i] - tenths[i]) || i - j);
  const left = Math.round(exact.reduce((sum, p) => sum + p, 0)) - tenths.reduce((sum, p) => sum + p, 0);
  for (const i of order.slice(0, left)) tenths[i] += 1;
  return tenths.map((p) => `${(p / 10).toFixed(1)} %`);
};

/** The place of the largest. */
const largest = (numbers) => numbers.reduce((best, value, i) => (value > numbers[best] ? i : best), 0);

/** The places of the `count` largest, by size. */
const largestOf = (numbers, count) =>
  Array.from(numbers, (_, i) => i)
    .sort((i, j) => numbers[j] - numbers[i] || i - j)
    .slice(0, count);

const largestSize = (numbers) => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const counted = (n) => n.toLocaleString('en-US');
