export const endpoint = "https://gateway.example.com/graphql";
export const apiKey = "the API key";

export function appToken(): string {
  return "the token of the app's own sign-in";
}
