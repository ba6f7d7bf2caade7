/** The sidecar's configuration: flags, environment and file, resolved and checked. */
@NullMarked
package io.cachee.server.config;

import org.jspecify.annotations.NullMarked;
