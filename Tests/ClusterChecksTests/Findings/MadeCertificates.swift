import KubernetesCodec

/// Certificates that OpenSSL made (`openssl ca -selfsign` with `-startdate` and `-enddate`, and `openssl req -x509`).
enum MadeCertificates {
    /// Version 1, valid from 2024-01-01 to 2025-01-02T03:04:05Z.
    static let expired = pem(
        """
        MIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDAN3ZWIwHhcNMjQwMTAx
        MDAwMDAwWhcNMjUwMTAyMDMwNDA1WjAOMQwwCgYDVQQDDAN3ZWIwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAATLBaD7RXfbyUeWhJjQn5CjGLq3OR8Cs2KyAkFxNA3v
        aIVI+B7vlADzJcX0dY5WZmVqZNPV7lXbcqOfj/Pq6Wl7MAoGCCqGSM49BAMCA0gA
        MEUCIQC8CItHkfqui3lujyF7aWO2xov33SFaMol6tHLOwwp4AwIgAVmzrysm0uAM
        2S2udAWpd2qO1ml53o6S6pNAw0Gqsro=
        """
    )
    /// Version 1, valid from 2026-01-01 to 2026-12-20.
    static let expiring = pem(
        """
        MIIBAjCBqgIBAjAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDAN3ZWIwHhcNMjYwMTAx
        MDAwMDAwWhcNMjYxMjIwMDAwMDAwWjAOMQwwCgYDVQQDDAN3ZWIwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAATLBaD7RXfbyUeWhJjQn5CjGLq3OR8Cs2KyAkFxNA3v
        aIVI+B7vlADzJcX0dY5WZmVqZNPV7lXbcqOfj/Pq6Wl7MAoGCCqGSM49BAMCA0cA
        MEQCIB3+6FNTsJeQETq8TsxURhgwXDCZO+iJG7rOdwq2xgtiAiAJyvrHpzcHpCVK
        IMOipvVV2XNX59p08gupIbWt9d5HKQ==
        """
    )
    /// Version 1, whose end, 2060-01-01, is a GeneralizedTime.
    static let lasting = pem(
        """
        MIIBBTCBrAIBAzAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDAN3ZWIwIBcNMjYwMTAx
        MDAwMDAwWhgPMjA2MDAxMDEwMDAwMDBaMA4xDDAKBgNVBAMMA3dlYjBZMBMGByqG
        SM49AgEGCCqGSM49AwEHA0IABMsFoPtFd9vJR5aEmNCfkKMYurc5HwKzYrICQXE0
        De9ohUj4Hu+UAPMlxfR1jlZmZWpk09XuVdtyo5+P8+rpaXswCgYIKoZIzj0EAwID
        SAAwRQIgZ9EuaDRbuw4PmWaJLlYWpQvlBFCD+XeAiL6qc4RhKncCIQDDUsAvuYTL
        fdNcBAYIbIoiGbC0aNdfbDWeXiUqFPb82w==
        """
    )
    /// Version 3, valid to 2081-09-01T16:51:32Z.
    static let ofVersion3 = pem(
        """
        MIIBcjCCARegAwIBAgIUeDB9L0unhqacgZ0bDF3066NCZ2AwCgYIKoZIzj0EAwIw
        DTELMAkGA1UEAwwCY2EwIBcNMjYxMTI5MTY1MTMyWhgPMjA4MTA5MDExNjUxMzJa
        MA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4Bg+oOpG
        /3IwWxoZfOBnAwdiyoHbw9x1XFLZDg+1bOo7F3tOyMfpOqXXggJmhDU74cJETrk2
        jU+7yAU1Jl57zKNTMFEwHQYDVR0OBBYEFHmLGVMXdL5enGkNxU5rQtq4HqRgMB8G
        A1UdIwQYMBaAFHmLGVMXdL5enGkNxU5rQtq4HqRgMA8GA1UdEwEB/wQFMAMBAf8w
        CgYIKoZIzj0EAwIDSQAwRgIhAPZXas2pIZ2AF15SKGuDeLK+HconM2yVy4xL/mVs
        IKNSAiEAvw15MeJex9WoPIjWNIOC7qYcp4Jm+3RNcTGIeOzsH9k=
        """
    )

    /// The base64 of a text, as Secrets and configurations of webhooks hold it.
    static func stored(_ text: String) -> String { Base64.text(of: Array(text.utf8).span.bytes) }

    private static func pem(_ digits: String) -> String {
        "-----BEGIN CERTIFICATE-----\n\(digits)\n-----END CERTIFICATE-----\n"
    }
}
