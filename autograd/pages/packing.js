// What the page was given, read.

/** The numbers that Python's `packed` wrote, as an array of a kind such as Float64Array. */
const unpacked = (text, Kind) => new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

/** The data of the page by the id of the script that holds them. */
const dataOf = (id) => JSON.parse(document.getElementById(id).textContent);
