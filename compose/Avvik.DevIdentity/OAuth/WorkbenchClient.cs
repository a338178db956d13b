using System.Text.Json;
using Avvik.Contracts;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>The workbench as a client: known by its public key, as it would be registered in HelseID's portal.</summary>
internal static class WorkbenchClient
{
    public const string Id = "avvik-workbench";

    public static Client Create(string keyFile, string publicUrl)
    {
        using var key = KeyFiles.ReadOrCreateEcKey(keyFile);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var url = publicUrl.TrimEnd('/');
        return new Client
        {
            Id = Id,
            Name = "Avvik",
            Scope = string.Join(' ', Scopes.All.Append("openid").Append(OAuthEndpoints.OfflineAccess)),
            RedirectUris = [$"{url}/signin/callback"],
            PostLogoutRedirectUris = [$"{url}/signin/signed-out-callback"],
            Keys = JsonSerializer.SerializeToElement(new
            {
                keys = new[] { new { kty = "EC", crv = "P-256", x = Base64UrlEncoder.Encode(point.X),
                y = Base64UrlEncoder.Encode(point.Y) } }
            }),
        };
    }
}
