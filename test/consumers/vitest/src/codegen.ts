import { scalars } from "amity-graphql-client/documents";

export default { config: { strictScalars: true, scalars } };
