/** The cachee command line: its subcommands and what they print. */
@NullMarked
package io.cachee.server.cli;

import org.jspecify.annotations.NullMarked;
