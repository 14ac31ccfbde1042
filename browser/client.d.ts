// What plotly.js adds to the page, for the type check alone.

interface Window {
  Plotly?: any;
}

interface HTMLElement {
  _fullLayout?: any;
  on(event: string, listener: (change: any) => void): void;
}
