using System.Net;
using System.Security.Cryptography;
using System.Text;
using Avvik.Contracts;
using Avvik.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>Which access tokens the gateway accepts, and what the internal token contains.</summary>
public sealed class Token_tests(BearerGateway shared) : IClassFixture<BearerGateway>
{
    private const string Hamar = "970540008";
    private const string Parent = "helseid://claims/client/claims/orgnr_parent", Child = "helseid://claims/client/claims/orgnr_child";
    private const string Level = "helseid://claims/identity/security_level";
    private readonly GatewayUnderTest _gateway = shared.Gateway;

    private static Dictionary<string, object> Person(params (string Name, object? Value)[] changes)
    {
        var claims = TestIssuer.Person();
        foreach (var (name, value) in changes)
        {
            claims.Remove(name);
            if (value is not null) claims[name] = value;
        }
        return claims;
    }

    private static Dictionary<string, object> Software(params (string Name, object? Value)[] changes) =>
        Person([("sub", null), ("helseid://claims/identity/pid", null), (Level, null), ("helseid://claims/hpr/hpr_number", null), .. changes]);

    [Fact]
    public async Task Token_with_wrong_issuer_audience_time_signature_or_claims_is_refused()
    {
        using var other = RSA.Create(2048);
        var key = _gateway.Issuer.Credentials.Key;
        var issuer = _gateway.Issuer;
        static string Unsigned(string token) => $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}")}.{token.Split('.')[1]}.";
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(((RsaSecurityKey)key).Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = key.KeyId };

        Assert.Equal(HttpStatusCode.OK, (await _gateway.SendAsync(issuer.Token())).StatusCode);
        foreach (var (what, token) in new[]
        {
            ("not a JWT", "abc"),
            ("three parts that are not a JWT", "a.b.c"),
            ("another issuer", issuer.Token(issuer: "https://elsewhere.example")),
            ("another audience", issuer.Token(audience: "other")),
            ("expired", issuer.Token(seconds: -60)),
            ("an ID token", issuer.Token(type: "id+jwt")),
            ("alg none", Unsigned(issuer.Token())),
            ("the public key as a secret", issuer.Token(by: new(secret, SecurityAlgorithms.HmacSha256))),
            ("another key with the same kid", issuer.Token(by: new(new RsaSecurityKey(other) { KeyId = key.KeyId }, SecurityAlgorithms.RsaSha256))),
            ("no kid", issuer.Token(by: new(new RsaSecurityKey(((RsaSecurityKey)key).Rsa), SecurityAlgorithms.RsaSha256))),
            ("a changed payload", issuer.Token().Replace(".ey", ".eY", StringComparison.Ordinal)),
            ("no client", issuer.Token(Person(("client_id", null)))),
            ("no organisation", issuer.Token(Person((Parent, null)))),
            ("an invalid organisation number", issuer.Token(Person((Parent, "97054000x")))),
            ("an invalid sub-unit number", issuer.Token(Person((Child, "1")))),
        })
        {
            using var answer = await _gateway.SendAsync(token);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{what}: {answer.StatusCode}");
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.StartsWith("Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
        using var nobody = await _gateway.SendAsync(null);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (nobody.StatusCode, nobody.Headers.WwwAuthenticate.ToString()));
    }

    [Fact]
    public async Task Bearer_deployment_refuses_the_dpop_scheme_and_key_bound_tokens()
    {
        using var dpop = await _gateway.SendAsync(_gateway.Issuer.Token(), scheme: "DPoP");
        Assert.Equal(HttpStatusCode.Unauthorized, dpop.StatusCode);
        using var bound = await _gateway.SendAsync(
            _gateway.Issuer.Token(Person(("cnf", new Dictionary<string, object>(StringComparer.Ordinal) { ["jkt"] = "abc" }))));
        Assert.Equal(HttpStatusCode.Unauthorized, bound.StatusCode);
    }

    [Fact]
    public async Task Internal_token_contains_caller_organisation_roles_and_scopes_only()
    {
        var token = (await _gateway.ArrivalAsync()).InternalToken;
        Assert.Equal(["aud", "client_id", "exp", "iss", "nbf", "organization", "role", "scope", "sub"], token.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("a-nurse", "health-record", Hamar), (token["sub"].GetString(), token["client_id"].GetString(), token["organization"].GetString()));
        Assert.Equal([Roles.Reporter], token["role"].EnumerateArray().Select(r => r.GetString()));

        var software = (await _gateway.ArrivalAsync(Software())).InternalToken;
        Assert.Equal(("health-record", "client"), (software["sub"].GetString(), software["role"].EnumerateArray().Single().GetString()));
    }

    [Fact]
    public async Task Internal_token_has_the_service_as_audience()
    {
        var claims = Software(("scope", Scopes.All.ToArray()));
        foreach (var (path, service) in new[]
            { ("deviations", "reporting"), ("triage", "triage"), ("cases", "routing"), ("statistics", "statistics"), ("notices", "notices") })
            Assert.Equal($"avvik-{service}", (await _gateway.ArrivalAsync(claims, $"api/v1/{path}")).InternalToken["aud"].GetString());
    }

    [Fact]
    public async Task Refusal_log_has_client_address_and_path_template_but_not_the_path()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(null, "api/v1/deviations/secret-path-a")).StatusCode);
        var withoutScope = gateway.Issuer.Token(Software(("scope", new[] { Scopes.Case })));
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.SendAsync(withoutScope, "api/v1/triage/secret-path-b")).StatusCode);
        await Eventually.IsTrue(() => Task.FromResult(gateway.Process.Log.Contains("insufficient_scope", StringComparison.Ordinal)), TimeSpan.FromSeconds(5));
        var log = gateway.Process.Log;
        Assert.Contains(
            "Request refused with 401 (no token): client unknown of unknown from 127.0.0.1 at /api/v1/deviations/{**rest}.", log, StringComparison.Ordinal);
        Assert.Contains(
            $"Request refused with 403 (insufficient_scope): client health-record of {Hamar} from 127.0.0.1 at /api/v1/triage/{{**rest}}.",
            log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Organisation_is_the_parent_or_without_one_the_sub_unit()
    {
        Assert.Equal(Hamar, (await _gateway.ArrivalAsync(Software((Child, "974795515")))).InternalToken["organization"].GetString());
        Assert.Equal("974795515", (await _gateway.ArrivalAsync(Software((Parent, null), (Child, "974795515")))).InternalToken["organization"].GetString());
    }

    [Fact]
    public async Task Person_number_is_not_forwarded_returned_or_logged()
    {
        var arrival = await _gateway.ArrivalAsync();
        var forwarded = string.Join('\n', arrival.Headers.Values) + string.Join('\n', arrival.InternalToken.Values);
        Assert.DoesNotContain("41814061033", forwarded, StringComparison.Ordinal);
        Assert.DoesNotContain("9876543", forwarded, StringComparison.Ordinal);
        // Also not in the refusal of a token that contains it.
        using var refused = await _gateway.SendAsync(_gateway.Issuer.Token(Person((Level, "3"))));
        Assert.DoesNotContain("41814061033", refused.Headers.ToString() + await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("41814061033", _gateway.Process.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Person_below_security_level_4_answers_401_with_step_up_error(string? level)
    {
        using var answer = await _gateway.SendAsync(_gateway.Issuer.Token(Person((Level, level))));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("insufficient_user_authentication", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scope_opens_its_own_paths_and_no_others()
    {
        (string Path, string Scope)[] paths =
        [
            ("api/v1/deviations", Scopes.Report), ("api/v1/triage", Scopes.Coordinate),
            ("api/v1/cases", Scopes.Case), ("api/v1/statistics", Scopes.Statistics),
        ];
        foreach (var scope in Scopes.All)
            foreach (var (path, needed) in paths)
            {
                using var answer = await _gateway.SendAsync(_gateway.Issuer.Token(Software(("scope", new[] { scope }))), path);
                Assert.True((scope == needed ? HttpStatusCode.OK : HttpStatusCode.Forbidden) == answer.StatusCode, $"{scope} at {path}: {answer.StatusCode}");
                if (scope != needed) Assert.Contains("insufficient_scope", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            }
        // A space-separated list (RFC 6749, 3.3) is accepted, too; a path for any of our scopes refuses other scopes.
        var list = _gateway.Issuer.Token(Software(("scope", "openid nhn:avvik/case")));
        Assert.Equal(HttpStatusCode.OK, (await _gateway.SendAsync(list, "api/v1/cases")).StatusCode);
        var foreign = _gateway.Issuer.Token(Software(("scope", "nhn:other/report")));
        Assert.Equal(HttpStatusCode.Forbidden, (await _gateway.SendAsync(foreign, "api/v1/directory")).StatusCode);
    }

    [Fact]
    public async Task Configured_claim_names_are_read_and_roles_need_their_scope()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null,
            ("Tokens:Claims:Role", "role"), ("Tokens:Claims:Unit", "unit"), ("Tokens:Claims:OrganizationParent", "org"), ("Tokens:Claims:Subject", "uid"));
        var claims = Person((Parent, null), ("org", "983971709"), ("uid", "somebody"), ("unit", "si-elverum-hamar"),
            ("role", new[] { "handler", "coordinator", "admin", "auditor" }));
        async Task<IEnumerable<string?>> RolesWithAsync(params string[] scopes)
        {
            claims["scope"] = scopes;
            return (await gateway.ArrivalAsync(claims, "api/v1/cases")).InternalToken["role"].EnumerateArray().Select(r => r.GetString());
        }
        Assert.Equal(["handler"], await RolesWithAsync(Scopes.Case));
        Assert.Equal(["handler", "coordinator"], await RolesWithAsync(Scopes.Case, Scopes.Coordinate));
        // An auditor is neither administrator nor coordinator.
        Assert.Equal(["handler", "coordinator", "admin"], await RolesWithAsync([.. Scopes.All]));
        Assert.Equal(["handler", "admin"], await RolesWithAsync(Scopes.Case, Scopes.Admin));
        var token = (await gateway.ArrivalAsync(claims, "api/v1/cases")).InternalToken;
        Assert.Equal(("983971709", "somebody", "si-elverum-hamar"), (token["organization"].GetString(), token["sub"].GetString(), token["unit"].GetString()));
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData("admin")]
    [InlineData("auditor")]
    public async Task Person_whose_role_needs_a_missing_scope_is_a_reporter(string role)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null, ("Tokens:Claims:Role", "role"));
        var token = (await gateway.ArrivalAsync(Person(("role", role), ("scope", new[] { Scopes.Report })))).InternalToken;
        Assert.Equal([Roles.Reporter], token["role"].EnumerateArray().Select(r => r.GetString()));
        var software = (await gateway.ArrivalAsync(Software(("role", role), ("scope", new[] { Scopes.Report })))).InternalToken;
        Assert.Equal([Roles.Client], software["role"].EnumerateArray().Select(r => r.GetString()));
    }

    [Fact]
    public async Task Operator_endpoints_require_the_admin_scope()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null, ("Tokens:Claims:Role", "role"));
        foreach (var service in GatewayUnderTest.Services)
        {
            async Task<HttpStatusCode> AsAsync(string role, params string[] scopes) =>
                (await gateway.SendAsync(gateway.Issuer.Token(Person(("role", role), ("scope", scopes))), $"ops/{service}/parked")).StatusCode;
            Assert.Equal(HttpStatusCode.OK, await AsAsync("admin", [.. Scopes.All]));
            Assert.Equal(HttpStatusCode.Forbidden, await AsAsync("admin", Scopes.Report, Scopes.Case, Scopes.Coordinate, Scopes.Statistics));
            // The service checks the role, which may be assigned there.
            Assert.Equal(HttpStatusCode.OK, await AsAsync("coordinator", [.. Scopes.All]));
            Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(null, $"ops/{service}/parked")).StatusCode);
        }
    }
}
