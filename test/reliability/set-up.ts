/** Kills and full disks are of the command line as it is packed. */
export { default } from '../functions/cli/set-up.ts';
