// What operations are to a student, in a sentence: one for each entry of the table.

const MEANINGS = {
  add: 'The two are added.',
  subtract: 'The difference of the two.',
  multiply: 'The product of the two.',
  divide: 'The quotient of the two.',
  power: 'A power.',
  negative: 'The same with the other sign.',
  positive_of: 'The same.',
  absolute: 'Its size, without the sign.',
  square: 'Its square.',
  reciprocal: 'One divided by it.',
  exp: 'The exponential: always positive.',
  expm1: 'The exponential, less one.',
  exp2: 'A power of two.',
  log: 'The natural logarithm.',
  log1p: 'The natural logarithm of one more.',
  log2: 'The logarithm to the base 2.',
  log10: 'The logarithm to the base 10.',
  sqrt: 'The square root.',
  cbrt: 'The cube root.',
  sin: 'The sine.',
  cos: 'The cosine.',
  tan: 'The tangent.',
  asin: 'The angle whose sine it is.',
  acos: 'The angle whose cosine it is.',
  atan: 'The angle whose tangent it is.',
  atan2: 'The angle of a point in the plane.',
  sinh: 'The hyperbolic sine.',
  cosh: 'The hyperbolic cosine.',
  asinh: 'The inverse of the hyperbolic sine.',
  acosh: 'The inverse of the hyperbolic cosine.',
  atanh: 'The inverse of the hyperbolic tangent.',
  hypot: 'The length of the two at right angles.',
  hypot_prime: 'The slope of a length.',
  tanh: 'The hyperbolic tangent squeezes it into −1 … 1.',
  tanh_prime: 'The slope of the hyperbolic tangent.',
  sigmoid: 'The sigmoid squeezes it into 0 … 1.',
  sigmoid_prime: 'The slope of the sigmoid.',
  hard_sigmoid: 'A sigmoid of straight lines.',
  relu: 'What is below zero becomes zero.',
  leaky_relu: 'What is below zero becomes small.',
  elu: 'What is below zero becomes small, smoothly.',
  gelu: 'What is below zero fades away, smoothly.',
  silu: 'It, times its own sigmoid.',
  softplus: 'A smooth ramp.',
  softsign: 'A gentle squeeze into −1 … 1.',
  maximum: 'The larger of the two.',
  minimum: 'The smaller of the two.',
  clip: 'Kept within its bounds.',
  where: 'One of the two, as the condition says.',
  choose: 'One of many, by its place.',
  weighted_sum: 'A weighted sum: each weight times what it weighs.',
  total: 'What comes in is added.',
  logsumexp: 'The logarithm of a sum of exponentials: a smooth maximum.',
  log_softmax: 'The logarithm of its share, a probability.',
  erf: 'The error function.',
  erfc: 'One, less the error function.',
  lgamma: 'The logarithm of the gamma function.',
  digamma: 'The slope of lgamma.',
  trigamma: 'The slope of digamma.',
  sinc: 'The sine divided by its angle.',
  sinc_prime: 'The slope of sinc.',
  floor: 'Rounded down; its slope is 0.',
  ceil: 'Rounded up; its slope is 0.',
  round_: 'Rounded; its slope is 0.',
  mod: 'What a division leaves.',
  floor_divide: 'The quotient, rounded down.',
  copysign: 'The size of the one, the sign of the other.',
  sign: 'Its sign alone.',
  step: 'One above zero, else zero.',
  less: 'One where it is less, else zero.',
  less_equal: 'One where it is not more, else zero.',
  greater: 'One where it is greater, else zero.',
  greater_equal: 'One where it is not less, else zero.',
  equal: 'One where they are equal, else zero.',
  not_equal: 'One where they differ, else zero.',
  detach: 'Its number alone: no gradient flows through.',
};

const BLOCKS = {
  layer: 'A whole layer is computed; it is drawn as one node.',
  chain: 'Many operations, one after the other, are drawn as one node.',
};

const WISHES = ['target', 'constant'];

const SQUARE = /<mn>2<\/mn>(<\/mrow>)?<\/msup>(<\/mrow>)?$/;

/** Whether a node is the square of how far something is from what was wished. */
const isDistance = (node) =>
  SQUARE.test((node.pieces ?? []).join('')) && node.into.length === 2 && node.into.some((edge) => WISHES.includes(edge.from.kind));

/** Whether a node adds products, as z does: its formula has a product, and as many edges as factors. */
const isWeighted = (node) => node.operation === 'weighted_sum' || (node.kind === 'sum' && node.into.length > 2 && /<mo>·<\/mo>/.test((node.pieces ?? []).join(' ')));

const meaningOf = (node) => {
  if (node.kind === 'block') return BLOCKS[node.operation] ?? node.told.join(', ');
  if (isDistance(node)) return 'How far from the wish, squared.';
  if (isWeighted(node)) return node.into.length % 2 ? 'A weighted sum: each weight times what it weighs, plus the bias.' : MEANINGS.weighted_sum;
  if (node.kind === 'cost' && node.label.base === 'C' && ['total', 'add'].includes(node.operation)) return 'The costs of all outputs, added.';
  return MEANINGS[node.operation] ?? `An operation of your own: ${node.operation.replace(/_/g, ' ')}.`;
};
