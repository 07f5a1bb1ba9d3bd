/** Colours by meaning; each gives the text back unchanged where colour is off. */
export interface Palette {
  readonly enabled: boolean;
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly good: (text: string) => string;
  readonly accent: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** What `--color` may say. */
export type ColorChoice = "auto" | "always" | "never";

/**
 * `--color always|never` beats `NO_COLOR`, which beats `FORCE_COLOR`, which beats the terminal.
 * As no-color.org and force-color.org say, an empty variable counts as unset.
 */
export function wantsColor(options: {
  readonly choice: ColorChoice;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
}): boolean {
  const { choice, isTty } = options;
  const { NO_COLOR, FORCE_COLOR, TERM } = options.environment;
  if (choice !== "auto") return choice === "always";
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTty && TERM !== "dumb";
}

/** The colours of a report; `palette(false)` is plain text. */
export function palette(color: boolean): Palette {
  const paint = (on: number, off: number) => (text: string) =>
    color && text !== "" ? `\u001B[${on}m${text}\u001B[${off}m` : text;
  return {
    enabled: color,
    error: paint(31, 39),
    warning: paint(33, 39),
    good: paint(32, 39),
    accent: paint(36, 39),
    strong: paint(1, 22),
    faint: paint(2, 22),
  };
}
