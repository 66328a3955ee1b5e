import { RegionCode } from "../amity/regions.js";
import type { Config } from "../config/config.js";
import { visitorSecretOf } from "../config/regions.js";
import { watchSecret } from "../config/watch-secret.js";
import { fixed, type Reloading, type Reloads } from "../system/reloading-file.js";

/** The secret of each region that has one. */
export type VisitorSecrets = Readonly<Record<RegionCode, Reloading<string> | undefined>>;

/** They follow their files. `emulated`: that of the emulator, which plays every region. */
export function watchVisitorSecrets(
  regions: Config["regions"],
  emulated: string | undefined,
  reloads: Reloads,
): VisitorSecrets {
  const secretOf = (code: RegionCode) => {
    if (regions === "emulator") return emulated === undefined ? undefined : fixed(emulated);
    const { visitorSecret } = regions[code];
    return visitorSecret && watchSecret(visitorSecret, reloads, undefined, visitorSecretOf);
  };
  const { EU, SG, US } = RegionCode;
  return { [EU]: secretOf(EU), [SG]: secretOf(SG), [US]: secretOf(US) };
}
