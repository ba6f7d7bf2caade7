/** The coherent link to an existing Redis or Valkey: requests passed on, values loaded, invalidations heard. */
@NullMarked
package io.cachee.l2;

import org.jspecify.annotations.NullMarked;
