/** The commands, one file for each family: its rows of the table and their handlers. */
@NullMarked
package io.cachee.server.command;

import org.jspecify.annotations.NullMarked;
