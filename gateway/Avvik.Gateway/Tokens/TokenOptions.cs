using System.ComponentModel.DataAnnotations;

namespace Avvik.Gateway.Tokens;

/// <summary>How an access token is sent. A deployment takes one of them: one that took both would let a stolen DPoP token be used as a bearer's.</summary>
internal enum TokenScheme
{
    Bearer,
    DPoP,
}

/// <summary>Section <c>Tokens</c>: whose access tokens are taken, how, and what their claims are called.</summary>
internal sealed class TokenOptions : IValidatableObject
{
    /// <summary>The issuer, whose keys are found by discovery.</summary>
    public string Issuer { get; set; } = "";

    public string Audience { get; set; } = "";

    /// <summary>Has no default: which it is, is somebody's decision.</summary>
    public TokenScheme? Scheme { get; set; }

    /// <summary>What clients call us; a proof is about this and not about the address behind a load balancer.</summary>
    public string? PublicUrl { get; set; }

    public ClaimNames Claims { get; set; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsUrl(Issuer)) yield return new("Tokens:Issuer must be the issuer's URL.");
        if (Audience.Length == 0) yield return new("Tokens:Audience must be the name the issuer knows this API by.");
        if (Scheme is null || !Enum.IsDefined(Scheme.Value)) yield return new("Tokens:Scheme must be Bearer or DPoP.");
        if (Scheme == TokenScheme.DPoP && !IsUrl(PublicUrl)) yield return new("Tokens:PublicUrl must be the URL that clients call: their DPoP proofs are about it.");
    }

    private static bool IsUrl(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.Query.Length == 0 && url.Fragment.Length == 0;
}

/// <summary>What the issuer calls what we read of a token: HelseID's names unless configured otherwise. Nothing else is read, and none of it is handed on under these names.</summary>
internal sealed class ClaimNames
{
    public string Subject { get; set; } = "sub";
    public string PersonNumber { get; set; } = "helseid://claims/identity/pid";
    public string HprNumber { get; set; } = "helseid://claims/hpr/hpr_number";
    public string SecurityLevel { get; set; } = "helseid://claims/identity/security_level";
    public string OrganizationParent { get; set; } = "helseid://claims/client/claims/orgnr_parent";
    public string OrganizationChild { get; set; } = "helseid://claims/client/claims/orgnr_child";

    /// <summary>Roles and unit as the issuer knows them; HelseID knows none.</summary>
    public string? Role { get; set; }
    public string? Unit { get; set; }
}
