// What rules call that JavaScript's Math lacks, or that is NaN here where Python's function raises.
// A definition begins at a line's start with `const NAME =` and may name others: only those needed are written out.

// Python leaves the domain where JavaScript divides by zero and goes on with an infinity.
const quotient = (a, b) => (b === 0 ? NaN : a / b);
const log = (a) => (a === 0 ? NaN : Math.log(a));
const log2 = (a) => (a === 0 ? NaN : Math.log2(a));
const log10 = (a) => (a === 0 ? NaN : Math.log10(a));
const log1p = (a) => (a === -1 ? NaN : Math.log1p(a));
const atanh = (a) => (Math.abs(a) === 1 ? NaN : Math.atanh(a));
const exp2 = (a) => Math.pow(2, a);

// The power of C's library, where 1 to any power is 1 and so is -1 to an infinite one; Python has no 0 to a negative.
const power = (a, b) => {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return a === 0 && b < 0 && b !== -Infinity ? NaN : Math.pow(a, b);
};

// Each branch exponentiates a number that is not positive, so nothing overflows.
const sigmoid = (a) => {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
};
const sigmoid_prime = (a) => {
  const e = Math.exp(-Math.abs(a));
  return e / ((1 + e) * (1 + e));
};
const tanh_prime = (a) => {
  const e = Math.exp(-2 * Math.abs(a));
  return (4 * e) / ((1 + e) * (1 + e));
};
const softplus = (a) => (a > 0 ? a : a === a ? 0 : a) + Math.log1p(Math.exp(-Math.abs(a)));
const relu = (a) => (a <= 0 ? 0 : a);

// What compares and chooses: NaN goes in and comes out where it does in Python.
const sign = (a) => (a > 0 ? 1 : a < 0 ? -1 : a * 0);
const step = (a) => (a > 0 ? 1 : a <= 0 ? 0 : a);
const maximum = (a, b) => (a >= b || a !== a ? a : b);
const minimum = (a, b) => (a <= b || a !== a ? a : b);
const is_signed = (a) => a < 0 || Object.is(a, -0);
const copysign = (a, b) => (is_signed(b) ? -Math.abs(a) : Math.abs(a));

// Halves are rounded to the even side by the machine itself, when all but whole digits are shifted out.
const SHIFT = 2 ** 52;
const round_ = (a) => {
  const size = Math.abs(a);
  return size < SHIFT ? copysign(size + SHIFT - SHIFT, a) : a;
};

// What is left over has the divisor's sign, as in Python.
const mod = (a, b) => {
  const left = a % b;
  if (left === 0) return copysign(0, b);
  return left < 0 !== b < 0 ? left + b : left;
};
const floor_divide = (a, b) => {
  if (b === 0) return NaN;
  const left = a % b;
  const times = (a - left) / b - (left !== 0 && left < 0 !== b < 0 ? 1 : 0);
  if (times === 0) return copysign(0, a / b);
  const whole = Math.floor(times);
  return times - whole > 0.5 ? whole + 1 : whole;
};

// The bell exp(-x²) for x from 0 on: a few digits of x are squared without rounding, the rest comes as a factor.
const bell_of = (x) => {
  const near = Math.round(x * 65536) / 65536;
  return Math.exp(-near * near) * Math.exp((near - x) * (near + x));
};
const ROOT_OF_PI = Math.sqrt(Math.PI);
// The error function near 0, a series without differences (Abramowitz and Stegun, 7.1.6).
const erf_near = (x) => {
  let term = x;
  let added = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(added); odd += 2) {
    term *= (2 * x * x) / odd;
    added += term;
  }
  return (2 / ROOT_OF_PI) * bell_of(Math.abs(x)) * added;
};
// What is left of it far out, a continued fraction from its end (7.1.14).
const erfc_far = (x) => {
  if (x > 28) return 0;
  let below = x;
  for (let k = 80; k > 0; k -= 1) below = x + k / 2 / below;
  return bell_of(x) / (ROOT_OF_PI * below);
};
const erf = (a) => {
  if (Math.abs(a) < 2) return erf_near(a);
  return a > 0 ? 1 - erfc_far(a) : a < 0 ? erfc_far(-a) - 1 : a;
};
const erfc = (a) => {
  if (Math.abs(a) < 2) return 1 - erf_near(a);
  return a > 0 ? erfc_far(a) : a < 0 ? 2 - erfc_far(-a) : a;
};

const polynomial = (coefficients, x) => coefficients.reduceRight((added, coefficient) => added * x + coefficient, 0);
// ζ(2) - 1, ζ(3) - 1, ...
const ZETAS = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9,
];
// log Γ(2 + z) for z from -1/2 to 1/2, a series that begins with 1 minus Euler's constant (6.1.33).
const LGAMMA_NEAR = [0.42278433509846713, ...ZETAS.map((zeta, k) => ((k % 2 ? -1 : 1) * zeta) / (k + 2))];
const lgamma_near = (z) => z * polynomial(LGAMMA_NEAR, z);
// Stirling's series (6.1.41).
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
const lgamma_far = (a) => (a - 0.5) * (Math.log(a) - 1) - 0.5 + 0.9189385332046728 + polynomial(STIRLING, 1 / (a * a)) / a;
const lgamma = (a) => {
  if (!Number.isFinite(a)) return Math.abs(a);
  if (a <= 0 && a === Math.floor(a)) return NaN;
  if (Math.abs(a) < 0.5) return lgamma_near(a) - Math.log1p(a) - Math.log(Math.abs(a));
  if (a < 0) return Math.log(Math.PI) - Math.log(Math.abs(Math.sin(Math.PI * (a - round_(a))))) - lgamma(1 - a);
  if (a < 1.5) return lgamma_near(a - 1) - Math.log1p(a - 1);
  if (a >= 10) return lgamma_far(a);
  let [product, rest] = [1, a];
  for (; rest >= 2.5; product *= rest) rest -= 1;
  return Math.log(product) + lgamma_near(rest - 2);
};

// Operations of any number of operands, x. Sums are added from left to right and rounded after each term.
const total = (x) => x.reduce((added, term) => added + term, 0);
// All weights, as many activations, and the bias if there is one, which the sum starts from.
const weighted_sum = (x) => {
  const pairs = Math.floor(x.length / 2);
  let added = x.length % 2 ? x[x.length - 1] : 0;
  for (let k = 0; k < pairs; k += 1) added += x[k] * x[k + pairs];
  return added;
};
const factor_by = (i, x) => {
  const pairs = Math.floor(x.length / 2);
  return i < pairs ? x[i + pairs] : i < 2 * pairs ? x[i - pairs] : 1;
};
// The largest operand, and how far the logarithm of the sum of all exponentials is above it.
const largest_of = (x) => {
  let at = 0;
  for (let k = 1; k < x.length; k += 1) if (x[k] > x[at]) at = k;
  const largest = x[at];
  if (Math.abs(largest) === Infinity) return [largest, 0];
  let others = 0;
  for (let k = 0; k < x.length; k += 1) if (k !== at) others += Math.exp(x[k] - largest);
  return [largest, Math.log1p(others)];
};
const logsumexp = (x) => {
  const [largest, above] = largest_of(x);
  return largest + above;
};
const log_softmax = (x) => {
  const [largest, above] = largest_of(x);
  return x[0] - largest - above;
};
// An index counts from the first option or, below 0, from behind the last.
const choose = (x) => {
  const count = x.length - 1;
  const place = Math.floor(x[0]);
  return place >= -count && place < count ? x[1 + (place < 0 ? place + count : place)] : NaN;
};
const chosen_by = (i, x) => {
  const [place, count] = [Math.floor(x[0]), x.length - 1];
  return i > 0 && (place === i - 1 || place === i - 1 - count) ? 1 : 0;
};
