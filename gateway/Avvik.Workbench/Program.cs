using Avvik.Hosting;
using Avvik.Storage;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Pages.Report;
using Avvik.Workbench.Pages.Triage;
using Avvik.Workbench.Persistence;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.ResponseCompression;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("workbench");
builder.AddDatabase<WorkbenchDbContext>();
builder.AddSignIn();
builder.AddGatewayClient();
builder.Services.AddSingleton<Assets>();
builder.Services.AddSingleton<LabelFiles>();
builder.Services.AddHttpContextAccessor();
builder.Services.AddScoped<Text>();
builder.Services.AddScoped<Choices>();
builder.Services.AddScoped<FieldLabels>();
builder.Services.AddScoped(s => ActivatorUtilities.CreateInstance<Drafts>(s, s.GetRequiredService<Me>().Key));
builder.Services.AddScoped<Preferences>();
builder.Services.AddScoped<Queue>();
builder.Services.AddScoped<ReportChecker>();
builder.Services.AddResponseCompression(o =>
{
    // Antiforgery tokens differ in every response, so compressed lengths tell nothing about them.
    o.EnableForHttps = true;
    o.Providers.Add<BrotliCompressionProvider>();
});
builder.Services.AddRazorPages(pages =>
{
    pages.Conventions.AuthorizeFolder("/");
    pages.Conventions.AllowAnonymousToFolder("/Status");
    pages.Conventions.AllowAnonymousToFolder("/SignIn");
}).AddMvcOptions(mvc =>
{
    mvc.Filters.Add<GatewayAnswers>();
    // The API reports what is missing, in the user's language.
    mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
});
builder.Services.AddRouting(routing => routing.LowercaseUrls = true);
builder.Services.AddAntiforgery(o =>
{
    o.Cookie = new SecureCookie { Name = "__Host-avvik-form", HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true };
    o.FormFieldName = "token";
    // Set by our own headers, which are stricter.
    o.SuppressXFrameOptionsHeader = true;
});
builder.Services.Configure<CookieTempDataProviderOptions>(o =>
{
    o.Cookie.Name = "__Host-avvik-notice";
    o.Cookie.SecurePolicy = CookieSecurePolicy.Always;
    o.Cookie.IsEssential = true;
});

var app = builder.Build();
app.UseAvvikDefaults();
// First, since it clears the headers that were set before a page failed, and the error page needs its own.
app.UseExceptionHandler("/status/500");
app.UsePublicAddress();
app.UseReportFiles();
app.UsePageHeaders();
app.UseResponseCompression();
app.UseStatusCodePagesWithReExecute("/status/{0}");
app.MapAssets();
app.UseRouting();
app.UseChoices();
app.UseAuthentication();
app.UseEffectiveRoles();
app.UseAuthorization();
app.MapSession();
app.MapRazorPages();
await app.MigrateAsync<WorkbenchDbContext>();
await app.RunAsync();
