/** The release of the command line: that of the package. */
export const VERSION = '0.1.0';
