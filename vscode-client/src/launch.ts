// Which command starts the server. Pure: what it needs to know about the machine it is given.
//
// In order: `meno.path`; a Python that has Meno (`meno.interpreter`, then the one chosen in the Python
// extensions); `meno` on PATH. Each refusal is kept, so that the log and the error message can say why.

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
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
  "Install it with “pip install meno-lsp” in the Python that is selected here, or name the command in the setting meno.path.";

/** `-P` keeps a learner's own random.py from being imported instead of Python's. */
const SERVE = ["-P", "-m", "meno_server", "lsp"];
const HAS_MENO = [
  "-P",
  "-c",
  "import importlib.util as u, sys; sys.exit('it has no Meno' if u.find_spec('meno_server') is None else 0)",
];

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
  return { chosen: undefined, origin: "nowhere", chain };
}

export function same(one: Command | undefined, other: Command | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
