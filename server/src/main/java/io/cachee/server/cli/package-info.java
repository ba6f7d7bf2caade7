/** The {@code cachee} command line: its entry points, its commands, and the reports that they print. */
@NullMarked
package io.cachee.server.cli;

import org.jspecify.annotations.NullMarked;
