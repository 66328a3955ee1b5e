import { limits, usableText } from "../amity/input-rules.js";
import type { Asker } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";
import type { Audit } from "../telemetry/audit.js";
import type { VisitorSignature } from "./visitor-signature.type.js";
import type { VisitorOrder, VisitorSigner } from "./visitor-signer.js";

export interface VisitorServiceOptions {
  /** Undefined while VISITORS is off. */
  readonly signer: VisitorSigner | undefined;
  readonly audit: Audit;
}

/** Hands out visitors' signatures, each with its audit line. */
export class VisitorService {
  constructor(private readonly options: VisitorServiceOptions) {}

  /** A signature for the device. Throws VISITORS_NOT_ENABLED, BAD_USER_INPUT or REGION_NOT_CONFIGURED. */
  async sign(order: VisitorOrder, { subject: by, record }: Asker): Promise<VisitorSignature> {
    const { signer, audit } = this.options;
    if (!signer) throw new AppError("VISITORS_NOT_ENABLED");
    const { region } = order;
    const deviceId = usableText(order.deviceId, limits.deviceId);
    const entry = { operation: "visitorSignature", by, deviceId, region, requestId: record.requestId };
    return audit.around(entry, () => signer.sign(order, "deviceId"));
  }
}
