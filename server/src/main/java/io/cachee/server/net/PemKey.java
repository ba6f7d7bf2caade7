package io.cachee.server.net;

import io.cachee.server.config.RegularFile;
import io.cachee.server.config.SecretFile;
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
 * A certificate chain and its private key, read from PEM files. Reading checks that the two belong together, because
 * while files are replaced one may be new and the other old.
 *
 * @param key the private key
 * @param chain the certificate of the key, and those that certify it
 */
record PemKey(PrivateKey key, List<X509Certificate> chain) {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN (RSA |EC |)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1PRIVATE KEY-----");
    /** PKCS#8 marks an encrypted key in its first line, and OpenSSL's older format in a separate one. */
    private static final Pattern ENCRYPTED =
            Pattern.compile("-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type:\\s*4,\\s*ENCRYPTED");

    private static final long MOST_BYTES = 1 << 20;
    private static final byte[] PROBE = "cachee".getBytes(StandardCharsets.UTF_8);

    static PemKey read(Path certificateFile, Path keyFile) throws IOException {
        try {
            List<X509Certificate> chain = certificates(certificateFile);
            PublicKey counterpart = chain.getFirst().getPublicKey();
            PrivateKey key = key(keyFile, certificateFile, counterpart);
            if (!belongTogether(key, counterpart)) {
                throw differ(certificateFile, keyFile);
            }
            return new PemKey(key, chain);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "TLS: certificate " + certificateFile + " and key " + keyFile + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The certificates in a file. Fails if there is none. */
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

    private static PrivateKey key(Path file, Path certificateFile, PublicKey counterpart)
            throws IOException, GeneralSecurityException {
        SecretFile.check(file);
        String text = Files.readString(small(file), StandardCharsets.ISO_8859_1);
        Matcher matcher = KEY.matcher(text);
        if (!matcher.find()) {
            throw new IOException(
                    ENCRYPTED.matcher(text).find()
                            ? "TLS: the key in " + file + " is encrypted, and nobody is there to type its password;"
                                    + " 'openssl pkey' writes one that is not: protect it by the file's mode"
                            : "TLS: there is no key that begins with BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or"
                                    + " BEGIN EC PRIVATE KEY in " + file);
        }
        String algorithm = counterpart.getAlgorithm();
        String kind = matcher.group(1).strip();
        if (!kind.isEmpty() && !algorithm.startsWith(kind)) {
            throw differ(certificateFile, file);
        }
        byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(2));
        byte[] pkcs8 = kind.isEmpty() ? encoded : Pkcs8.wrap(encoded, counterpart);
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static IOException differ(Path certificateFile, Path keyFile) {
        return new IOException("TLS: the certificate in " + certificateFile + " and the key in " + keyFile + " differ");
    }

    private static Path small(Path file) throws IOException {
        if (Files.size(RegularFile.check(file)) > MOST_BYTES) {
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
