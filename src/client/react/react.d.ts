// What of React's types the provider and its hook need. The root installs React for GraphiQL's page, without its types;
// apps have their own.
declare module "react" {
  export interface ReactElement {
    readonly type: unknown;
  }
  export type ReactNode = ReactElement | string | number | boolean | null | undefined | Iterable<ReactNode>;
  interface Context<Value> {
    readonly Provider: (props: { readonly value: Value; readonly children?: ReactNode }) => ReactElement;
  }
  type Effect = () => undefined | (() => void);
  export function createContext<Value>(initial: Value): Context<Value>;
  export function createElement<Props>(
    type: (props: Props) => ReactElement,
    props: Props,
    ...children: readonly ReactNode[]
  ): ReactElement;
  export function useContext<Value>(context: Context<Value>): Value;
  export function useEffect(effect: Effect, dependencies: readonly unknown[]): void;
  export function useInsertionEffect(effect: Effect, dependencies: readonly unknown[]): void;
  export function useMemo<Value>(make: () => Value, dependencies: readonly unknown[]): Value;
  export function useRef<Value>(initial: Value): { current: Value };
  export function useState<Value>(): [value: Value | undefined, set: (value: Value | undefined) => void];
}
