/** The commands of Redis over the store: one table, one executor per event loop, and what they all share. */
@NullMarked
package io.cachee.server.command;

import org.jspecify.annotations.NullMarked;
