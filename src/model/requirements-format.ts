/** Formats in which a project may say what it needs, by the original's names and `pyproject`. */
export const requirementsFormats = ["pipenv", "pip", "pip-tools", "pyproject"] as const;

export type RequirementsFormat = (typeof requirementsFormats)[number];
