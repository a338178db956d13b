using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Avvik.Client.Tokens;
using Avvik.TextProtection;
using Avvik.Workbench.Browser;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Avvik.Workbench.Access;

/// <summary>
/// Signs people in at the issuer (code flow, PKCE, pushed authorization, private_key_jwt: FAPI 2.0 as HelseID asks for it). The browser gets a
/// cookie with a random key; tokens stay here.
/// </summary>
internal static class SignIn
{
    public const string ReasonParameter = "reason";
    private const string ActAsItem = "act-as", SignedInItem = "signed-in-at";

    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SignInOptions>().BindConfiguration("SignIn").ValidateDataAnnotations().ValidateOnStart();
        builder.AddKeyRingOptions(BrowserSeal.Section);
        builder.Services.AddSingleton<BrowserSeal>();
        builder.Services.AddSingleton<ClientKey>();
        builder.Services.AddSingleton<SessionStore>();
        builder.Services.AddSingleton<TokenRefresh>();
        builder.Services.AddSingleton<EffectiveRolesCache>();
        builder.Services.AddSingleton<ProtectionKeys>();
        builder.Services.AddDataProtection().SetApplicationName("avvik-workbench");
        builder.Services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeys>((o, keys) => o.XmlRepository = keys);
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().AddOpenIdConnect();
        builder.Services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<SessionStore, IOptions<SignInOptions>>(ConfigureCookie);
        builder.Services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<ClientKey, IOptions<SignInOptions>, IWebHostEnvironment, TimeProvider>(ConfigureOpenIdConnect);
        builder.Services.AddScoped(s => Me.From(s.GetRequiredService<IHttpContextAccessor>().HttpContext!.User)
            ?? throw new InvalidOperationException("Nobody is signed in on this page."));
    }

    /// <summary>Sends the browser to the issuer, to sign in or to act as something else; it comes back to a page of ours.</summary>
    public static AuthenticationProperties To(string returnTo, ActingAs? actAs = null)
    {
        var properties = new AuthenticationProperties { RedirectUri = returnTo };
        if (actAs is not null) properties.Items[ActAsItem] = JsonSerializer.Serialize(actAs, JsonSerializerOptions.Web);
        return properties;
    }

    private static void ConfigureCookie(CookieAuthenticationOptions o, SessionStore sessions, IOptions<SignInOptions> options)
    {
        o.Cookie.Name = "__Host-avvik";
        o.Cookie.SameSite = SameSiteMode.Lax;
        // Browsers count http://localhost as secure, so this holds in development too.
        o.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        o.SessionStore = sessions;
        o.ExpireTimeSpan = TimeSpan.FromMinutes(options.Value.IdleMinutes);
        o.SlidingExpiration = true;
        o.LoginPath = "/signin";
        o.AccessDeniedPath = "/status/403";
        o.ReturnUrlParameter = "returnTo";
        o.Events.OnValidatePrincipal = context => context.HttpContext.RequestServices.GetRequiredService<TokenRefresh>().RefreshAsync(context);
        o.Events.OnSignedIn = context =>
        {
            var me = Me.From(context.Principal!)!;
            new LastSession(me.Key, me.Choices.FirstOrDefault(me.Acting.Covers)).Write(context.HttpContext);
            return Task.CompletedTask;
        };
        o.Events.OnSigningOut = context =>
        {
            LastSession.Delete(context.HttpContext);
            return Task.CompletedTask;
        };
        o.Events.OnRedirectToLogin = async context =>
        {
            // A part of a page cannot be answered with a sign-in page: the script tells the user instead.
            if (context.Request.IsHtmx()) context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            else
                context.Response.Redirect(
                    await LastSession.KeepFormAsync(context.HttpContext) ? "/signin?returnTo=" + PostedForm.ResumePath : context.RedirectUri);
        };
    }

    private static void ConfigureOpenIdConnect(
        OpenIdConnectOptions o, ClientKey key, IOptions<SignInOptions> signIn, IWebHostEnvironment environment, TimeProvider clock)
    {
        var options = signIn.Value;
        o.Authority = options.Issuer;
        o.RequireHttpsMetadata = !environment.IsDevelopment();
        o.ClientId = options.ClientId;
        o.ResponseType = OpenIdConnectResponseType.Code;
        // In the query and not as a form: a form from another site would come without our cookies (SameSite=Lax).
        o.ResponseMode = OpenIdConnectResponseMode.Query;
        o.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Require;
        o.UsePkce = true;
        o.SaveTokens = true;
        o.MapInboundClaims = false;
        o.GetClaimsFromUserInfoEndpoint = false;
        o.CallbackPath = "/signin/callback";
        o.SignedOutCallbackPath = "/signin/signed-out-callback";
        o.RemoteSignOutPath = "/signin/remote-sign-out";
        o.SignedOutRedirectUri = "/signin/signed-out";
        o.Scope.Clear();
        foreach (var scope in Contracts.Scopes.All.Append("openid").Append("offline_access")) o.Scope.Add(scope);
        o.TokenValidationParameters.NameClaimType = "name";
        o.TokenValidationParameters.RoleClaimType = "role";
        foreach (var cookie in new[] { (o.CorrelationCookie, "__Host-avvik-correlation."), (o.NonceCookie, "__Host-avvik-nonce.") })
        {
            (cookie.Item1.Name, cookie.Item1.Path, cookie.Item1.SameSite, cookie.Item1.SecurePolicy) =
                (cookie.Item2, "/", SameSiteMode.Lax, CookieSecurePolicy.Always);
        }
        o.BackchannelHttpHandler = new IssuerProofs(key, options.UseDpop);
        o.Events = new OpenIdConnectEvents
        {
            OnPushAuthorization = context =>
            {
                (context.ProtocolMessage.ClientAssertionType, context.ProtocolMessage.ClientAssertion) = (SigningKey.AssertionType, key.Assertion());
                context.HandleClientAuthentication();
                return Task.CompletedTask;
            },
            OnRedirectToIdentityProvider = context =>
            {
                if (context.Properties.Items.TryGetValue(ActAsItem, out var actAs))
                    context.ProtocolMessage.SetParameter("authorization_details", AuthorizationDetails(actAs!));
                return Task.CompletedTask;
            },
            OnAuthorizationCodeReceived = context =>
            {
                (context.TokenEndpointRequest!.ClientAssertionType, context.TokenEndpointRequest.ClientAssertion) = (SigningKey.AssertionType, key.Assertion());
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                context.Principal = WhoSignedIn(context.Principal!, context.TokenEndpointResponse!.AccessToken);
                context.Properties!.Items[SignedInItem] = clock.GetUtcNow().ToString("o", CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            },
            OnRemoteFailure = context =>
            {
                // Cancelled, too slow, the same link twice, or somebody else than last time: the user starts again from a page that says so.
                LastSession.Delete(context.HttpContext);
                context.Response.Redirect($"/signin?{ReasonParameter}=failed");
                context.HandleResponse();
                return Task.CompletedTask;
            },
        };
    }

    // HelseID's form for which organisation a person acts for (its multi-tenant authorization details).
    private static string AuthorizationDetails(string actAs)
    {
        var chosen = JsonSerializer.Deserialize<ActingAs>(actAs, JsonSerializerOptions.Web)!;
        return JsonSerializer.Serialize(new[]
        {
            new
            {
                type = "helseid_authorization",
                practitioner_role = new
                {
                    organization = new { identifier = new { system = "urn:oid:1.0.6523", type = "ENH", value = $"NO:ORGNR:{chosen.Organization}:" } },
                    unit = chosen.Unit,
                    roles = chosen.Roles,
                },
            },
        });
    }

    private static ClaimsPrincipal WhoSignedIn(ClaimsPrincipal idToken, string accessToken) => WithToken(new ClaimsPrincipal(new ClaimsIdentity(
    [
        new Claim("sub", idToken.FindFirstValue("sub")!),
        new Claim("name", idToken.FindFirstValue("name") ?? idToken.FindFirstValue("sub")!),
        new Claim(Me.ChoicesClaim, idToken.FindFirstValue("assignments") ?? "[]"),
    ], CookieAuthenticationDefaults.AuthenticationScheme, "name", "role")), accessToken);

    /// <summary>The same person, acting as an access token says: the services go by it, and what is shown must be the same.</summary>
    public static ClaimsPrincipal WithToken(ClaimsPrincipal person, string accessToken)
    {
        var token = new JsonWebTokenHandler().ReadJsonWebToken(accessToken);
        string? Value(string name) => token.TryGetPayloadValue<string>(name, out var value) ? value : null;
        var acting = new ActingAs(
            Value("helseid://claims/client/claims/orgnr_child") ?? Value("helseid://claims/client/claims/orgnr_parent") ?? "",
            Value("unit"),
            [.. token.Claims.Where(c => c.Type == "role").Select(c => c.Value)]);
        var claims = person.Claims.Where(c => c.Type != Me.ActingClaim)
            .Append(new Claim(Me.ActingClaim, JsonSerializer.Serialize(acting, JsonSerializerOptions.Web)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme, "name", "role"));
    }

    /// <summary>When a session began; sliding renewals do not count.</summary>
    public static DateTimeOffset? SignedInAt(AuthenticationProperties? properties) =>
        properties?.Items.TryGetValue(SignedInItem, out var at) == true ? DateTimeOffset.Parse(at!, CultureInfo.InvariantCulture) : null;

    /// <summary>Keeps a session alive, and says for how long: the page asks before time runs out.</summary>
    public static void MapSession(this WebApplication app) => app.MapPost("/signin/stay", async (HttpContext http, IOptions<SignInOptions> options) =>
    {
        var result = await http.AuthenticateAsync();
        await http.SignInAsync(result.Principal!, result.Properties);
        return Results.Text((options.Value.IdleMinutes * 60).ToString(CultureInfo.InvariantCulture));
    }).RequireAuthorization();
}
