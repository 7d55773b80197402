// Which command starts the server. Pure: what it needs to know about the machine it is given.
//
// In order: `meno.path`; a Python that has Meno (`meno.interpreter`, then the one chosen in the Python
// extensions); `meno` on PATH; the server that comes with the extension, on the first Python that fits it.
// Each refusal is kept, so that the log and the error message can say why.

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** The command is a Python on which the server that comes with the extension is to run. */
  readonly bundled?: true;
}

export interface Choices {
  /** `meno.path`: a whole command line. */
  readonly path: readonly string[];
  /** `meno.interpreter`. */
  readonly interpreter: string;
  /** The interpreter that the Python extensions name, if one of them is there. */
  readonly environment: string | undefined;
  /** In a workspace that is not trusted, no Python from inside it is run. */
  readonly trusted: boolean;
  /** Whether the extension was packaged with a server. */
  readonly bundled: boolean;
}

/** Why a command cannot be run, in a few words; undefined when it can. */
export type Check = (command: string, args: readonly string[]) => Promise<string | undefined>;

export interface Decision {
  readonly chosen: Command | undefined;
  /** Where the command came from, for people. */
  readonly origin: string;
  /** One sentence for each candidate, in the order in which they were looked at. */
  readonly chain: readonly string[];
}

export const NEXT_STEP =
  "Install Python 3.11 or newer and choose it in the setting meno.interpreter, or name a command in the setting meno.path.";

/** `-P` keeps a learner's own random.py from being imported instead of Python's. */
const SERVE = ["-P", "-m", "meno_server", "lsp"];
const HAS_MENO = [
  "-P",
  "-c",
  "import importlib.util as u, sys; sys.exit('it has no Meno' if u.find_spec('meno_server') is None else 0)",
];
/** What the compiled parts of the packaged server are made for. */
const FITS = [
  "-c",
  "import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 15) else 'it is Python %d.%d; 3.11 to 3.14 are supported' % v[:2])",
];
const ON_PATH = ["python3", "python", "py"];

export async function decide(choices: Choices, check: Check): Promise<Decision> {
  const chain: string[] = [];
  const [program, ...args] = choices.path;
  if (program !== undefined) {
    chain.push(`meno.path: ${choices.path.join(" ")} is used as it stands.`);
    return { chosen: { command: program, args }, origin: "meno.path", chain };
  }
  const pythons: [string, string | undefined][] = [
    ["meno.interpreter", choices.interpreter || undefined],
    ["the selected Python environment", choices.environment],
  ];
  for (const [origin, python] of pythons) {
    if (python === undefined) {
      chain.push(`${origin}: none.`);
    } else if (!choices.trusted) {
      chain.push(`${origin}: ${python} is not run, because this workspace is not trusted.`);
    } else {
      const refusal = await check(python, HAS_MENO);
      if (refusal === undefined) {
        chain.push(`${origin}: ${python} is used.`);
        return { chosen: { command: python, args: SERVE }, origin, chain };
      }
      chain.push(`${origin}: ${python} cannot be used: ${refusal}.`);
    }
  }
  const refusal = await check("meno", ["--version"]);
  if (refusal === undefined) {
    chain.push("PATH: meno is used.");
    return { chosen: { command: "meno", args: ["lsp"] }, origin: "PATH", chain };
  }
  chain.push(`PATH: meno cannot be used: ${refusal}.`);
  if (!choices.bundled) {
    chain.push("This extension was packaged without a server.");
    return { chosen: undefined, origin: "nowhere", chain };
  }
  const own = choices.trusted ? pythons.flatMap(([, python]) => python ?? []) : [];
  for (const python of [...own, ...ON_PATH]) {
    const refusal = await check(python, FITS);
    if (refusal === undefined) {
      const origin = `the extension's own server on ${python}`;
      chain.push(`${origin} is used.`);
      return { chosen: { command: python, args: SERVE, bundled: true }, origin, chain };
    }
    chain.push(`The extension's own server cannot run on ${python}: ${refusal}.`);
  }
  return { chosen: undefined, origin: "nowhere", chain };
}

export function same(one: Command | undefined, other: Command | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
