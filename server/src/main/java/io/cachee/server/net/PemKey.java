package io.cachee.server.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate chain and the private key that goes with it, from PEM files. That the two belong together is tried
 * out, for while files are being replaced they may be of two generations.
 *
 * @param key the private key
 * @param chain its certificate, and those that vouch for it
 */
record PemKey(PrivateKey key, List<X509Certificate> chain) {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final long MOST_BYTES = 1 << 20;
    private static final byte[] PROBE = "cachee".getBytes(StandardCharsets.UTF_8);

    static PemKey read(Path certificateFile, Path keyFile) throws IOException {
        try {
            List<X509Certificate> chain = certificates(certificateFile);
            PublicKey counterpart = chain.getFirst().getPublicKey();
            PrivateKey key = key(keyFile, counterpart.getAlgorithm());
            if (!belongTogether(key, counterpart)) {
                throw new IOException(
                        "TLS: the certificate in " + certificateFile + " and the key in " + keyFile + " differ");
            }
            return new PemKey(key, chain);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "TLS: certificate " + certificateFile + " and key " + keyFile + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The certificates in a file, one at least. */
    static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        try (InputStream in = Files.newInputStream(small(file))) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                if (certificate instanceof X509Certificate x509) {
                    certificates.add(x509);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("TLS: there is no certificate in " + file);
        }
        return certificates;
    }

    private static PrivateKey key(Path file, String algorithm) throws IOException, GeneralSecurityException {
        Matcher matcher = PKCS8.matcher(Files.readString(small(file), StandardCharsets.ISO_8859_1));
        if (!matcher.find()) {
            throw new IOException("TLS: there is no PKCS#8 key, which begins with BEGIN PRIVATE KEY, in " + file
                    + "; 'openssl pkcs8 -topk8 -nocrypt' makes one of others");
        }
        byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(1));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    private static Path small(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("TLS: " + file + " is larger than " + MOST_BYTES + " bytes");
        }
        return file;
    }

    private static boolean belongTogether(PrivateKey key, PublicKey counterpart) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(PROBE);
        byte[] signature = signer.sign();
        signer.initVerify(counterpart);
        signer.update(PROBE);
        return signer.verify(signature);
    }
}
