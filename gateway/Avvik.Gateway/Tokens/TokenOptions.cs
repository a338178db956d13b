using System.ComponentModel.DataAnnotations;

namespace Avvik.Gateway.Tokens;

/// <summary>How clients send access tokens. A deployment accepts one scheme: accepting both would let a stolen DPoP token be used as a bearer token.</summary>
internal enum TokenScheme
{
    Bearer,
    DPoP,
}

/// <summary>Section <c>Tokens</c>: the issuer and audience of access tokens, their scheme and their claims' names.</summary>
internal sealed class TokenOptions : IValidatableObject
{
    /// <summary>The issuer's URL; its keys are found by discovery.</summary>
    public string Issuer { get; set; } = "";

    public string Audience { get; set; } = "";

    /// <summary>Has no default: the deployment must choose.</summary>
    public TokenScheme? Scheme { get; set; }

    /// <summary>The URL that clients call. DPoP proofs name this URL, not the address behind a load balancer.</summary>
    public string? PublicUrl { get; set; }

    public ClaimNames Claims { get; set; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsUrl(Issuer)) yield return new("Tokens:Issuer must be the issuer's URL.");
        if (Audience.Length == 0) yield return new("Tokens:Audience must be this API's audience at the issuer.");
        if (Scheme is null || !Enum.IsDefined(Scheme.Value)) yield return new("Tokens:Scheme must be Bearer or DPoP.");
        if (Scheme == TokenScheme.DPoP && !IsUrl(PublicUrl)) yield return new("Tokens:PublicUrl must be the URL that clients call: DPoP proofs name it.");
    }

    private static bool IsUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.Query.Length == 0 && url.Fragment.Length == 0;
}

/// <summary>The names of the claims that are read, HelseID's unless configured otherwise. No other claim is read or passed on.</summary>
internal sealed class ClaimNames
{
    public string Subject { get; set; } = "sub";
    public string PersonNumber { get; set; } = "helseid://claims/identity/pid";
    public string HprNumber { get; set; } = "helseid://claims/hpr/hpr_number";
    public string SecurityLevel { get; set; } = "helseid://claims/identity/security_level";
    public string OrganizationParent { get; set; } = "helseid://claims/client/claims/orgnr_parent";
    public string OrganizationChild { get; set; } = "helseid://claims/client/claims/orgnr_child";

    /// <summary>Claims with roles and unit, if the issuer has them; HelseID has neither.</summary>
    public string? Role { get; set; }
    public string? Unit { get; set; }
}
