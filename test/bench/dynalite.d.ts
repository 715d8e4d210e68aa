/** The part of dynalite that is used; it comes without types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: {
    /** Folder of the LevelDB database; without it everything is in memory. */
    readonly path?: string;
    readonly createTableMs?: number;
  }): Server;
}
