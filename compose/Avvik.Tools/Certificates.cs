using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Avvik.Tools;

/// <summary>A certificate authority for a trial, and one server certificate. The authority's key is not kept: nobody can issue another.</summary>
internal static class Certificates
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>Makes <c>ca.pem</c>, <c>server.pem</c> and <c>server-key.pem</c>, unless they are there and valid for another month.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="hosts">DNS names of the server, beside <c>localhost</c> and the loopback addresses.</param>
    public static void Create(string folder, IEnumerable<string> hosts)
    {
        var (caFile, serverFile, keyFile) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "server.pem"), Path.Combine(folder, "server-key.pem"));
        if (File.Exists(serverFile))
        {
            using var existing = X509CertificateLoader.LoadCertificateFromFile(serverFile);
            if (existing.NotAfter > DateTime.Now.AddDays(30)) return;
        }
        var now = DateTimeOffset.UtcNow.AddHours(-1); // clocks differ
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=Avvik trial authority", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        caRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        caRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(caRequest.PublicKey, false));
        using var ca = caRequest.CreateSelfSigned(now, now + Lifetime);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Avvik", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Prepend("localhost")) names.AddDnsName(host);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(ca, true, false));
        using var server = request.Create(ca, now, now + Lifetime, RandomNumberGenerator.GetBytes(16));

        PrivateFile.Write(caFile, ca.ExportCertificatePem());
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
        PrivateFile.Write(serverFile, server.ExportCertificatePem());
    }
}
