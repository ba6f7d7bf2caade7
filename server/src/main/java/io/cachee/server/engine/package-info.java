/**
 * Runs commands: the table of commands, an executor for each event loop, sessions, users, tracking, and publish and
 * subscribe. The package knows no particular command and no L2.
 */
@NullMarked
package io.cachee.server.engine;

import org.jspecify.annotations.NullMarked;
