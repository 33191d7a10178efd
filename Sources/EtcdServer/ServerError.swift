public import SystemPackage

/// Why the store cannot be served, and at which URL or file that shows.
public struct ServerError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        case badURL(why: String)
        /// Plaintext that other machines could reach.
        case plaintextOffLoopback
        /// https or unixs without a certificate and a key.
        case noCertificate
        case hostNotFound
        case addressInUse
        /// The address is not one of this machine's.
        case addressNotHere
        /// A port below 1024, or a socket file's directory, that this user may not use.
        case notAllowed
        case cannotListen(Errno)
        /// Something that is not a socket lies at the socket file's path.
        case notASocket
        case fileUnusable(why: String)
        case noCertificateInFile
        case keyEncrypted
        case noKeyInFile
        case keyDoesNotMatch(certificate: String)
    }

    public var reason: Reason
    /// The URL or the file.
    public var place: String

    public init(_ reason: Reason, at place: String) {
        self.reason = reason
        self.place = place
    }
}

extension ServerError: CustomStringConvertible {
    public var description: String {
        switch self.reason {
        case .badURL(let why): "\(self.place) is not a URL to listen on: it \(why)"
        case .plaintextOffLoopback: "\(self.place) would serve every key in plain text to other machines"
        case .noCertificate: "\(self.place) needs a certificate and its key"
        case .hostNotFound: "the host in \(self.place) has no address"
        case .addressInUse: "\(self.place) is in use by another program"
        case .addressNotHere: "the address in \(self.place) is not one of this machine's"
        case .notAllowed: "this user may not listen on \(self.place)"
        case .cannotListen(let errno): "cannot listen on \(self.place): \(errno)"
        case .notASocket: "\(self.place) names a file that is not a socket"
        case .fileUnusable(let why): "\(self.place) \(why)"
        case .noCertificateInFile: "\(self.place) has no certificate in PEM"
        case .keyEncrypted: "the key in \(self.place) is encrypted"
        case .noKeyInFile: "\(self.place) has no private key in PEM"
        case .keyDoesNotMatch(let certificate):
            "the key in \(self.place) does not belong to the certificate in \(certificate)"
        }
    }

    /// What to do about it, where that is not plain from what happened.
    public var advice: String? {
        switch self.reason {
        case .plaintextOffLoopback:
            "give --cert-file and --key-file and listen on https, or give --insecure-listen if that is wanted"
        case .noCertificate: "give --cert-file and --key-file"
        case .addressInUse: "another etcd may serve there: choose another port, or stop it"
        case .keyEncrypted: "decrypt it first, for instance with openssl pkey"
        default: nil
        }
    }
}
