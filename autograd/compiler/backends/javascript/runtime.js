// What every program in JavaScript begins with.

class OffPath extends Error {}

// Numbers and places come as the bytes of typed arrays, in base64.
const bytes_of = (text) => {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k += 1) bytes[k] = characters.charCodeAt(k);
  return bytes.buffer;
};
const numbers_of = (text) => new Float64Array(bytes_of(text));
const places_of = (text) => new Int32Array(bytes_of(text));

// Places in nested loops with constant strides, the last running fastest.
const spread = (base, counts, strides) => {
  let places = [base];
  counts.forEach((count, axis) => {
    places = places.flatMap((place) => Array.from({ length: count }, (_, k) => place + k * strides[axis]));
  });
  return Int32Array.from(places);
};

// The row that an index chooses: it is rounded down, and below 0 counts from the end. None out of range: NaN.
const row_of = (index, rows) => {
  const row = Math.floor(index);
  return row >= -rows && row < rows ? (row < 0 ? row + rows : row) : NaN;
};

const require_length = (name, given, length) => {
  if (given === undefined || given.length !== length) {
    throw new RangeError(`${name}: expected ${length} numbers, got ${given === undefined ? "none" : given.length}`);
  }
};

// The first of the paths whose guards hold for a sample.
const taken = (paths, run) => {
  let stray;
  for (const path of paths) {
    try {
      return run(path);
    } catch (error) {
      if (!(error instanceof OffPath)) throw error;
      stray = error;
    }
  }
  throw stray;
};
