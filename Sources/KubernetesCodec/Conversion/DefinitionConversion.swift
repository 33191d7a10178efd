/// Shows definitions of custom resources as `apiextensions.k8s.io/v1`.
///
/// API servers store them as v1beta1 to this day, which keeps at the top what all versions have in common.
///
/// Source: kubernetes/apiextensions-apiserver `pkg/apis/apiextensions/v1/conversion.go`,
/// `v1beta1/{conversion,defaults}.go`.
enum DefinitionConversion {
    /// Converts the object in `document`, when it is a v1beta1 definition.
    ///
    /// - Throws: `.tooLarge`.
    static func apply(to document: inout Document) throws(CodecError) {
        let root = document.root
        guard root["kind"]?.string == "CustomResourceDefinition",
            root["apiVersion"]?.string == "apiextensions.k8s.io/v1beta1",
            let spec = root["spec"], spec.kind == .object
        else { return }
        try document.set("apiVersion", to: "apiextensions.k8s.io/v1")
        try Self.convertVersions(spec, in: &document)
        try Self.convertConversion(spec, in: &document)
        if spec["preserveUnknownFields"] == nil {
            let isTrue = try document.add(Document.Node(kind: .true))
            try document.insertMember("preserveUnknownFields", isTrue, of: spec.node)
        } else if spec["preserveUnknownFields"]?.boolean == false {
            document.removeMember("preserveUnknownFields", of: spec.node)
        }
        for name in ["version", "validation", "subresources", "additionalPrinterColumns", "selectableFields"]
        {
            document.removeMember(name, of: spec.node)
        }
    }

    /// Gives each version what the definition says for all of them.
    private static func convertVersions(_ spec: Value, in document: inout Document) throws(CodecError) {
        var versions = spec["versions"]?.elements ?? []
        if versions.isEmpty, let name = spec["version"]?.string {
            let version = try document.addObject()
            try document.insertMember("name", document.addString(name), of: version)
            for flag in ["served", "storage"] {
                try document.insertMember(flag, document.add(Document.Node(kind: .true)), of: version)
            }
            let array = try document.add(Document.Node(kind: .array))
            document.link(version, to: array)
            try document.insertMember("versions", array, of: spec.node)
            versions = [Value(document: document, node: version)]
        }
        for version in versions {
            let names = [
                ("validation", "schema"), ("subresources", "subresources"),
                ("additionalPrinterColumns", "additionalPrinterColumns"),
                ("selectableFields", "selectableFields"),
            ]
            for (old, new) in names where version[new] == nil {
                try document.setCopy(new, of: version.node, to: spec[old])
            }
            try Self.renamePaths(of: version.node, in: &document)
        }
    }

    /// Gives the paths of a version's columns their name of v1.
    private static func renamePaths(of version: UInt32, in document: inout Document) throws(CodecError) {
        guard let columns = document.member(Array("additionalPrinterColumns".utf8), of: version),
            document.nodes[Int(columns)].kind == .array
        else { return }
        for column in document.children(of: columns) {
            guard let path = document.member(Array("JSONPath".utf8), of: column) else { continue }
            document.removeMember("JSONPath", of: column)
            try document.insertMember("jsonPath", path, of: column)
        }
    }

    /// Moves what says how a webhook converts into a member of its own.
    private static func convertConversion(_ spec: Value, in document: inout Document) throws(CodecError) {
        guard let conversion = spec["conversion"], conversion.kind == .object else { return }
        let configuration = conversion["webhookClientConfig"]
        let reviewVersions = conversion["conversionReviewVersions"]
        document.removeMember("webhookClientConfig", of: conversion.node)
        document.removeMember("conversionReviewVersions", of: conversion.node)
        guard conversion["strategy"]?.string == "Webhook", configuration != nil || reviewVersions != nil
        else { return }
        let webhook = try document.addObject()
        try document.setCopy("clientConfig", of: webhook, to: configuration)
        try document.setCopy("conversionReviewVersions", of: webhook, to: reviewVersions)
        try document.insertMember("webhook", webhook, of: conversion.node)
    }
}
