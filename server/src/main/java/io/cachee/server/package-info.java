/** The sidecar: it reads the settings and puts the other packages together. */
@NullMarked
package io.cachee.server;

import org.jspecify.annotations.NullMarked;
