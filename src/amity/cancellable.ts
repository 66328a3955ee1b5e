import { AppError } from "../errors/app-error.js";
import type { CancelSignal } from "../system/cancellation.js";

/**
 * A promise that nobody has to wait for: it fails with CANCELLED as soon as the signal says so. `begin` starts what
 * will settle it, later and not at once, and gives what tidies up when it has ended, however it did.
 */
export function cancellable<T>(
  signal: CancelSignal | undefined,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(new AppError("CANCELLED"));
    const end = () => {
      signal?.removeEventListener("abort", cancel);
      tidy();
    };
    const cancel = () => {
      end();
      reject(new AppError("CANCELLED"));
    };
    const tidy = begin(
      (value) => {
        end();
        resolve(value);
      },
      (error) => {
        end();
        reject(error);
      },
    );
    signal?.addEventListener("abort", cancel);
  });
}
