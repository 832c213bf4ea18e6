// The names of the contents that hold what was typed; no index and no worker, so that it works from a file.

const field = document.getElementById('filter');
if (field) {
  const items = [...document.querySelectorAll('.md-content li')];
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
    for (const list of document.querySelectorAll('.md-content ul')) {
      const none = [...list.children].every((item) => item.hidden);
      list.hidden = none;
      if (list.previousElementSibling) list.previousElementSibling.hidden = none;
    }
  });
}
