/** Python files of a distribution, split as the original splits them. */
export interface SourceFiles {
  readonly analysed: readonly string[];
  /** Tests, by their path. */
  readonly filtered: readonly string[];
}

/** A file that Python, and so bandit, takes for its own. */
export function isPythonSource(path: string): boolean {
  return /\.pyw?$/i.test(path);
}

/**
 * As the original, a path with `/test` in it is a test. Two differences: the folder
 * `name-version/` of a source distribution does not count, and where all would be tests (a package
 * that is called `test…`) all are analysed: leaving out everything would look like no finding.
 */
export function splitSources(paths: readonly string[]): SourceFiles {
  const top = commonFolder(paths);
  const isTest = (path: string) => `/${path.slice(top.length)}`.includes("/test");
  const analysed = paths.filter((path) => !isTest(path));
  if (analysed.length === 0) return { analysed: paths, filtered: [] };
  return { analysed, filtered: paths.filter(isTest) };
}

function commonFolder(paths: readonly string[]): string {
  const [first] = paths;
  const folder = first?.includes("/") ? first.slice(0, first.indexOf("/") + 1) : "";
  return /-\d[^/]*\/$/.test(folder) && paths.every((path) => path.startsWith(folder)) ? folder : "";
}
