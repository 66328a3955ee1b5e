import { parseArgs } from "node:util";
import { limits } from "../amity/input-rules.js";
import { regionNames } from "../amity/regions.js";
import type { Env } from "../config/reader.js";
import { AppError } from "../errors/app-error.js";
import { systemClock } from "../system/clock.js";
import { Reloads } from "../system/reloading-file.js";
import { watchVisitorSecrets } from "../visitor/visitor-secrets.js";
import { VisitorSigner } from "../visitor/visitor-signer.js";
import { exitCodes } from "./exit-codes.js";
import { configuredRegion, readNetwork, regionOption } from "./network.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql visitor-signature --device ID [options]

Signs for a visitor's device and prints the signature with its end, to try a client or to see that the visitor secret
works. Both go to Amity as they are printed. The signature is a secret for ten minutes: it lets whoever holds it open
visitor sessions on that device. Nothing is sent, and VISITORS does not matter.

  --device ID      the device to sign for, 1 to ${limits.deviceId} characters
  --region CODE    ${regionNames} (default: the gateway's default region)
  --json           print the signature with its device, region and times as JSON
  -h, --help       print this text

It needs the region's visitor secret, from the environment or .env; settings about callers (AUTH_*) do not matter.

Exit codes: 0 signed, 1 not signed, 64 wrong arguments, 78 the settings give no secret for the region.
`;

const options = {
  device: { type: "string" },
  region: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
} as const;

/** Gives the exit code: 0, 1 (no device that can be signed for), 64 (wrong command line), 78 (configuration). */
export async function visitorSignatureCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { region: asked, problem } = regionOption(values.region);
  if (values.device === undefined) return usage("visitor-signature needs --device", "visitor-signature");
  if (problem !== undefined) return usage(problem, "visitor-signature");
  const config = await readNetwork(env, "sign for visitors");
  if (!config) return exitCodes.configuration;
  const region = asked ?? config.defaultRegion;
  if (!configuredRegion(config, region)?.visitorSecret) {
    const problem = `AMITY_${region}_VISITOR_SECRET is not set (docs/connect.md)`;
    process.stderr.write(`amity-graphql cannot sign for visitors:\n  ${problem}\n`);
    return exitCodes.configuration;
  }
  const reloads = new Reloads(systemClock, () => {});
  const signer = new VisitorSigner(watchVisitorSecrets(config.regions, undefined, reloads), systemClock);
  try {
    const signature = await signer.sign({ region, deviceId: values.device }, "--device");
    process.stdout.write(values.json ? `${JSON.stringify(signature)}\n` : textOf(signature));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return exitCodes.failure;
  }
}

function textOf(signature: { authSignature: string; authSignatureExpiresAt: Date }): string {
  return `authSignature: ${signature.authSignature}
authSignatureExpiresAt: ${signature.authSignatureExpiresAt.toISOString()}
`;
}
