// Light or dark: as the reader's system has it, until the button says otherwise. Nothing is remembered.

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};

const makeTheme = (button) => {
  const tell = () => button.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    tell();
    document.dispatchEvent(new Event('themechange')); // for what is drawn on a canvas
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    tell();
    document.dispatchEvent(new Event('themechange'));
  });
  button.innerHTML =
    '<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7.2" fill="none" stroke="currentColor" ' +
    'stroke-width="1.6"/><path d="M10 2.8a7.2 7.2 0 0 1 0 14.4z" fill="currentColor"/></svg>';
  tell();
};

if (document.getElementById('theme')) makeTheme(document.getElementById('theme'));
