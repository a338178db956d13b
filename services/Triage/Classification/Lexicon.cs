namespace Avvik.Triage.Classification;

/// <summary>What speaks for a category, in the notation of <see cref="TermIndex"/>, from what settles it to what merely hints.</summary>
internal sealed record Topic(string Category)
{
    public string Decisive { get; init; } = "";
    public string Strong { get; init; } = "";
    public string Clear { get; init; } = "";
    public string Weak { get; init; } = "";
    /// <summary>Speaks against.</summary>
    public string Against { get; init; } = "";
    /// <summary>Begins like a term but means something else.</summary>
    public string Not { get; init; } = "";
    /// <summary>Categories that this one is the more exact word for, when both speak.</summary>
    public string Outranks { get; init; } = "";
    /// <summary>Its strong terms name a document: what such a document lacks is its content, not the topic.</summary>
    public bool Document { get; init; }
    /// <summary>Often only says when or where something else happened: «ved innleggelse», «etter utskrivning».</summary>
    public bool Setting { get; init; }
}

/// <summary>
/// The words of the field. Written in bokmål; <see cref="Words"/> has folded nynorsk into it. Terms are stems: an ending is never spelled out.
/// </summary>
internal static class Lexicon
{
    public const int Failure = 0, Praise = 1, Lack = 2, Place = 3, NoFault = 4, NotAbout = 5;

    public static int Sinks => Topics.Length + Cues.Length;

    public static string[] Split(string terms) => terms.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Words that colour what stands near them, by the constants above.</summary>
    public static readonly string[] Cues =
    [
        /* Failure  */ """
            ikke uten ingen ingenting aldri mangl* manglende feil* for_sent for_seint seint forsink* forseink* uteble* uteblitt avvis* avviste avslå* avslo avslått nekt*
            glem* glemt uklar* dårlig* dårleg* brudd* brot brutt mist* mistet svikt* problem* uenig* usemj* forsvant forsvinn* stoppet stopp* nede avlys* utløp* verken
            hverken bortkom* purr* skade* fall* dobbel* doblet trukket trekt strøket utrygg* for_tidlig for_knapp* neppe unngått utdatert* ufullstend* kasteball*
            """,
        /* Praise   */ """
            god godt gode bra fin fint fine flott* ros rose roser takk takker utmerke* forbilled* imponer* profesjonel* hyggelig* greit grei problemfri* strålende*
            strålande* kjempe* fornøyd* nøgd* tilfreds* fantastisk* veldig_bra i_orden som_avtalt som_det_skal som_den_skal på_plass trygg trygt trygge smidig* raskt_og
            eksemplarisk* topp skryt* heldig* forbedr* bedre lettere upåklagelig* perfekt* prikkfri* dyktig* ivaretatt_godt fungerte_godt
            """,
        /* Lack     */ "uten mangl* ingen manglende ikke_fått ikke_mottatt ikke_mottok mottok_ikke fikk_ikke fikk_aldri etterlys* savn* venter_på ventet_på",
        /* Place    */ "etter ved før innen under siden gjennom i_forbindelse_med ifm ifb i_løpet_av samme_dag_som dagen_etter",
        /* NoFault  */ """
            uten_problem* ingen_problem* uten_feil ingen_feil uten_forsink* ingen_forsink* ingen_avvik ikke_noe_å_utsette ingenting_å_utsette ingenting_mangl*
            ikke_mangl* manglet_ikke
            """,
        /* NotAbout */ "gjelder_ikke gjeld_ikke handler_ikke dreier_ikke skyldes_ikke skyldtes_ikke var_ikke_problem*",
    ];

    /// <summary>Groups that several terms ask for.</summary>
    public static readonly (string Name, string Terms)[] Classes =
    [
        ("document", """
            *papir *papirer *papirene *papirar *papira ark arket
            epikris* *epikris* henvis* *rapport* *notat* *liste *lista *listen *lister brev* *brev *brevet papir papirer papirar papirene dokument* journal* prøvesvar* *svaret
            opplysning* helseopplysning* *melding *meldingen *meldingar *meldinger *meldinga konvolutt* *skriv *skrivet innkalling* skjema* *skjema *skjemaet resept* utskrift*
            sammenfatning* timebrev* informasjon* kurve kurven kurva  røntgenbild*
            """),
        ("someoneElse", """
            annen_pasient* annan_pasient* feil_pasient* ukjent_pasient* ukjend_pasient* gal_pasient* annen_person* annan_person* feil_person* ukjent_person* annen_bruker* annan_brukar*
            feil_bruker* feil_brukar* annen_beboer* annan_bebuar* feil_beboer* feil_bebuar* andre_pasienters annens annans feil_fødselsnummer* feil_personnummer*
            annet_navn feil_navn annen_kvinne annen_mann annan_mann anna_kvinne uvedkommende* uvedkomande* feil_barn romkamerat* medpasient* sidemann* fremmed_person* person_vi_ikke
            """),
        ("message", """
            melding* *melding *meldinger *meldingen *meldingar *meldinga *meldingene epikris* *epikris* henvis* *rapport* helseopplysning* prøvesvar* plo dialogmelding*
            svarrapport* forespørs* førespurn* e_melding* samhandling*
            """),
        ("undelivered", """
            kommer_tomme fram_tomme tomt_innhold
            ikke_fram ikke_frem aldri_fram aldri_frem kommer_ikke_inn kom_ikke_inn ikke_kommet_inn ikke_importert forsvinn* forsvant forsvunn* stoppet stopper stoppa stopp ikke_lest ikke_lesne
            ulest* uåpnet* ubehandle* dobbelt duplikat* dublett* når_ikke nådde_ikke hengt henger_seg i_kø køen feil_mottak* feil_adress* galt_mottak* dukk*_ikke dukk*_aldri lå_nede ligger_nede
            """),
        ("system", "system* *system *systemet *systemene *systema linj* server* løsning* nettet forbindelse*"),
        ("admitted", """
            legges_inn overflyttingsskjema* følgeskriv* mottaksleg*
            innlegg* innlagt* innlagd* lagt_inn lagd_inn legge_inn lagde_inn la_inn akuttmottak* mottak mottaket mottakelsen sendt_inn sendt_til_sykehus* innkomst* kjørt_inn lå_på_sykehus*
            ligger_på_sykehus* var_på_sykehus* ankom ankomst*
            """),
        ("notTold", """
            ikke_varsl* ikke_melding* ikke_beskjed* ikke_vite ikke_visste visste_ikke ikke_kjent ikke_kjend ikke_kjende ikke_informert uten_varsel ikke_gjort_kjent ingen_beskjed ingen_varslet
            ingen_melding ikke_orient* ingen_visste visste_ingen visste_ingenting
            """),
        ("escort", "ledsag* følge følget følgeperson* fulgte_med alene åleine fastvakt*"),
        ("home", "hjem hjemme hjemkomst* hjemreis* hjemover hjemsend* bolig* leilighet* utreis*"),
        ("oddHours", "kveld* natt natta natten helg helga helgen helgene lørdag* søndag* fredag_kveld fredag_ettermiddag sent_på"),
        ("belongings", "klær klede* klea sko skoa skoene tenner gebiss* briller* høreapparat* høyreapparat* nøkler nøkkel nøkle* lommebok* mobil* veske* eiendel*"),
        ("leftBehind", "lå_igjen låg_igjen låg_att ligger_igjen ligg_att igjen_på glemt* gjenglem* uten ikke_med mangl* bortkom*"),
        ("kin", """
            dattera
            pårørend* datter* dotter* sønn sønnen son ektefell* ektemann* ektepar* kona kone hustru* ektemake* mor moren mora far faren familie* etterlatt* etterlatne foreldre* verge* samboer* søsken*
            """),
        ("patient", "pasient pasienten pas bruker brukeren brukar brukaren han ham hun henne ho"),
        ("told", "informer* informert* informasjon* beskjed* vite orientert* forklar* opplyst* hørt råd"),
        ("child", "barn barna barnet barnets barne* ungdom* elev* gutt gutten jente jenta jenten tenåring* bup treåring* femåring* skole* mindreårig* spedbarn* småbarn* baby*"),
        ("minorAge", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 atten sytten seksten femten fjorten tretten tolv elleve"),
        ("function", "funksjon* mobilitet* selvhjulp* sjølvhjelp* hjelpebehov* bistandsbehov* adl tilstand* allmenntilstand*"),
        ("responsibility", "ansvar* hvem_som hvem_skal oppgave* uklar* avklar*"),
        ("imaging", "ct mr mri røntgen* ultralyd* pet ekko*"),
        ("noAnswer", """
            ikke_svar* svarer_ikke svarar_ikke svarte_ikke ingen_svar* ikke_tok tok_ikke ingen_tok ikke_gjennom umulig* brutt satt_over sett_over ikke_tak ringer_ikke_tilbake ringt_tilbake
            ringer_tilbake ikke_besvar* lagt_på la_på
            """),
        ("health", "helseopplysning* opplysning* journal* pasientopplysning* epikris* lister liste prøvesvar* fødselsdato* fødselsnummer* personopplysning*"),
        ("lyingAbout", "lå_igjen låg_att lå_åpent lå_fremme låg_framme ligger_fremme gjenglem* søppel* kopimaskin* skriver skriveren printer*"),
        ("meeting", "*møte *møter *møtet *møta"),
    ];

    public static readonly Topic[] Topics =
    [
        new("referral")
        {
            Setting = true,
            Document = true,
            Strong = "fristbrud* innsøk* søkte_inn henvis* henv pakkeforløp* rett_til_helsehjelp rett_til_nødvendig* rettighetsvurder* hastegrad* søk*_inn søkt*~inn bestilling*_på_vurdering*",
            Clear = """
                time~spesialist*
                vurderingsfrist* behandlingsfrist* inntak inntakskontor* inntaksteam* inntaksenhet* inntaksmøte* venteliste* ventelist* feil_instans rett_instans feil_sykehus søknad*~vurder* svarbrev*
                ventetid* prioritet* prioriter* ti_virkedag* alarmsymptom* målgruppe* videresend* riktig_avdeling rett_avdeling frist*~vurder* svar*~inntak
                """,
            Weak = "*poliklinikk* utred* spesialist* vurdert vurdering* avvis* avslag* avslo avslått retur returner* time hastende haster søknad* ekg virkedag* konsultasjon*",
        },
        new("admission")
        {
            Setting = true,
            Document = true,
            Strong = """
                @escort~kom_inn
                følgeskriv* unngå*~@admitted
                 innleggelsesskriv* innkomstrapport* innleggelsespapir* innleggelsesinformasjon* innlagt_pasient* melding_om_innlagt @escort~@admitted
                @notTold~@admitted akuttmottak*~mangl* sykepleiesammenfatning*~mottak* unødvendig*_innlegg* unødig*_innlegg* uteble*~@admitted *rapport*~@admitted behandlingsavklar*~@admitted
                """,
            Clear = """
                medfølg* medbrakt*
                @admitted behandlingsnivå* behandlingsavklar* hlr* sykepleiesammenfatning* medsend* tomt_hus tom_leilighet*
                """,
            Weak = "funksjonsnivå*  fra_sykehjem* sengepost* sengeposten låst_dør terminal* døende habituel* ledsag*",
            Against = "lagt_inn_igjen innlagt_igjen innlagt_på_nytt",
            Decisive = "innleggelsesrapport*",
        },
        new("earlyNotice")
        {
            Document = true,
            Outranks = "admission discharge",
            Strong = """
                melding*~hjelpebehov* varsl*~trenge
                  tidlig_melding*  forløpsinformasjon* forventet_utskr* forventa_utskr* antatt_utskr* forventet_liggetid forventa_liggetid estimert_utreis* estimert_utskr* forventet_utreis*
                helseopplysning*~innlegg* helseopplysning*~@function helseopplysning*~forløp* helseopplysning*~utskr* helseopplysning*~oppdater* helseopplysning*~endr* helseopplysning*~utfylt forventet_behov*
                forventa_behov* helseopplysning*~behov* utreisedato* melding*~endring* meldt*~endring*
                """,
            Clear = """
                funksjonsbeskriv* vil_trenge varsl*~behov* heldøgn* tildele
                helseopplysning* liggetid* 24_tim* endr*~@function behov*~kommunal* første_døgn* bistandsbehov* varsel_om_behov* første_melding* hjelp*~treng* endr*~oppdater* utskrivningsdato*~endr*
                planlegg*~bemanning*
                """,
            Weak = "funksjon* funksjonsnivå* hjelpebehov* endring* endra endret bosituasjon* selvhjulp* adl oppegå* sengeligg* forverr*",
            Decisive = "tidligmelding* tidlegmelding* endringsmelding*",
        },
        new("dischargeReady")
        {
            Outranks = "discharge admission other",
            Strong = """
                klar_å_reise klar_for_hjem* klar_til_å_reise
                   ferdig_behandl* overligg* liggedøgn* oppholdskommun* opphaldskommun* betalingsplikt* klar_for_utskr* klar_til_utskr* døgnmulkt* døgnbetaling*
                utskrivningsmeld* meldt_klar meldt_utskr* utskr_klar erklært_ferdig erklært_klar kommun*~overta* behandling*_avsluttet nekt*~ta_imot avslo*~ta_imot varslingsfrist*
                """,
            Clear = """
                betal*~døgn* ikke_tilbud ikke_noe_tilbud kommun*~tilbud uten_medisinsk_grunn
                avmelding* avmeldt ikke_plass ingen_plass gi_plass ikke_ledig* ledig_plass* korridor*  bostedskommun* bustadkommun* hjemkommun* blokker* feil_kommune annen_kommune sykehjemsplass*
                kommun*~ta_imot kommun*~tatt_imot kommun*~tar_imot kommun*~plass
                """,
            Weak = "betaling* korttidsplass* plass varslet varsel* tilbud ta_imot tatt_imot tar_imot overta overtid* krev* ferdig henting",
            Decisive = "utskrivningsklar* usk ferdigbehandl*",
        },
        new("discharge")
        {
            Setting = true,
            Strong = """
                dimitt* reise_hjem reist_hjem dro_hjem dratt_hjem
                hjemreise* sendt_hjem sende_hjem sendes_hjem send_hjem sendte_hjem hjemsend* reinnl* reinnlegg* lagt_inn_igjen innlagt_igjen innlagt_på_nytt inn_igjen for_tidlig_utskr* utskrevet_for
                skrevet_ut_for @oddHours~@home sykepleierapport* utskrivningsrapport*~@patient nøkler nøkkel nøkle* uten_mottak utskr*~nøk* @belongings~@leftBehind utreis*
                """,
            Clear = """
                utskr uforsvarlig* uvarsl* uanmeldt uventet* uavtal* forvarsel* hjemmesituasjon* hjemmeforhold* dukket_opp
                utskriv* utskrevet utskreven utskrevne utskrivelse* utskrivning* skrevet_ut skriven_ut skrives_ut skrev_ut skrive_ut utskrivningsrapport* utskrivningsdag* kom_hjem kommer_hjem
                komme_hjem kommet_hjem hjemkomst* @belongings  utskrivningsdato* sent_på_kveld* reiste_fra overflytt* hjem_før sendt_tilbake sendte~tilbake tilbake_til_oss låst_dør sendt_ut
                ingen_mat  hjem*~ikke_klar midt_på_natt*
                """,
            Weak = "overført for_syk kveld* helg* lørdag* søndag* nattestid kom_tilbake kommer_tilbake tok_imot klargjort bor_alene bur_åleine  hentet seng senga rommet trapp*   reiste",
            Not = "utskrivningsklar*",
        },
        new("dischargeSummary")
        {
            Document = true,
            Outranks = "discharge admission",
            Strong = "utskrivningspapir* epikris* *epikris* utskrivningsnotat* utskrivningsbrev* legebrev* sammenfatning*~lege* samanfatning*~lege* sammenfatning*~opphold*",
            Clear = "operasjonsbeskriv* journalutskrift* sammenfatning* samanfatning* sluttnotat* legerapport* merket_plo legenotat* poliklinisk*_notat* oppsummering*",
            Weak = "diagnose* videre_plan plan_videre vurdering* fastlegen tilsynslege* sykehjemslege*",
        },
        new("medication")
        {
            Outranks = "discharge",
            Strong = """
                metoject* methotrexat* metotreksat* zyprexa leponex cipralex selo_zok atacand lipitor pulmicort ventolin symbicort panodil* voltaren tramadol* nobligan durogesic norspan novorapid lantus somac nexium spirix diural centyl imdur nitroglyserin* sinemet madopar keppra lamictal tegretol haldol risperdal
                ordiner* ordinasjon* forskriv* forskrev* *depressiv* betablokk* *pril *apin *azin *tiazid *fenak døgndos* enkeltdos* stesolid* ibux* krem*
                legemid* medisin* medikament* *smedisin *medisinen *medisiner *medisinar multidose* doset* resept* *resept e_resept* lib insulin* marevan* eliquis* xarelto* fragmin* klexane* furix* burinex* digoksin*
                digitoksin* prednisolon* metformin* levaxin* litium* albyl* sobril* imovane* oxynorm* oxycontin* warfarin* kortison* adrenalin* blodfortynn* antikoag* antibiotik* smertestill* vanndriv* sovemed*
                øyedråp* doser* dose dosen feilmedisin* seponer* nedtrapp* opptrapp* samstem* smerteplast* depotplast* morfin* opioid* paracet* penicillin* tablett* *tablett* kosttilskudd* preparat* *preparat *olol *statin
                *sartan *prazol *xaban *azepam *cillin *mycin *semid *medikament* *legemid* *dosering* medikasjon* virkestoff*
                """,
            Clear = "skal_gis gis_daglig gang*_daglig apotek* allergi* cave styrke kurve kurven kurva plaster* injeksjon* *injeksjon* sprøyte* pille* infusjon* intraven* mikrogram* milligram* mg mcg metadon* subutex* buprenorfin* inhalator*",
            Weak = "endringer listen lista liste enhet behandling* stoff",
            Not = "medisinsk* medisinstud* legemiddelindustri* april kurver",
        },
        new("messaging")
        {
            Outranks = "referral admission earlyNotice dischargeReady discharge dischargeSummary medication followUp communication maternity coordination",
            Decisive = "applikasjonskvitter* adresseregister* mottakssystem* meldingssystem* @message~*kvittering* @message~teknisk* @message~feilmelding* her_id herid",
            Strong = """
                meldings*
                *kvittering*       nedetid* feiladress* feil_adressat* feiladressat* plo_melding*
                norsk_helsenett* feilmelding* sertifikat* driftsstans* driftsforstyr* driftsavbrudd* elektronisk*~@undelivered @message~@undelivered @system~nede e_melding* innboks*~*melding* avviste_melding*
                ikke_behandl*~*melding* kommunikasjonspart* edi ebxml integrasjon* journalsystem* fagsystem* @system~*melding* vedlegg*~åpne* @undelivered~profil @undelivered~gerica @undelivered~cosdoc
                """,
            Clear = """
                it_avdeling* it_feil* it_system* leverandør* innlogg* pålogg* nødrutine* video* @message~tomme
                elektronisk* dialogmelding* innboks* oppgrader* gerica profil cosdoc dips teknisk* feil_mottak* ubehandl* ulest* brukerstøtte* ikt* server* kjernejournal* helseplattform* datasystem* *meldinger *meldingar
                nedtrekk*  driftsmelding* overvåk*~*melding* sendt_dobbelt @message~feil_kommune dublett* samme_melding vedlegg*
                """,
            Weak = "meldingen meldinga meldinger melding digital* system* oppdatering* mottaker* mottakar* avsender* sender logg* svart plo @undelivered",
            Against = "ikke_elektronisk på_papir faks* telefaks*",
            Not = "meldingsplikt* bekymringsmelding* profile* sertifiser*",
        },
        new("aidsAndEquipment")
        {
            Outranks = "discharge admission communication",
            Strong = """
                *oksygen
                *heis *heisen krykke*
                hjelpemid* *hjelpemid* rullestol* rullator* *seng *senga *sengen personløft* seilløft* takheis* *stol *stolen toalettforhøy* oksygenkons* surstoff* respirator* *respirator* *apparat *apparatet
                cpap bipap *pumpe *pumpa *pumpen trykkavlast* sårutstyr* *utstyr *utstyret forbruksmater* ortose* protese* trygghetsalarm* vac bleie* ganghjelp* stomi* strømpe* *strømpe*
                madrass* bekken* forflytning* nebulisator*
                """,
            Clear = "skinne* kompress* utstyr* kateter* bandasje* sonde* ergoterap* sug* dren forstøver* oksygen* slange* inkontinens* velferdsteknolog* seng heis sårbehandling* alarmmatte* rampe*",
            Weak = "maskin* lager defekt* ødela* bestilt bestilling* levert levere* lånt låne lånte opplæring* montert filter ledning* poser plater batteri*",
            Not = "smittevernutstyr* sengepost* senge*",
        },
        new("coordination")
        {
            Setting = true,
            Outranks = "discharge referral followUp",
            Strong = """
                mellom_stol*
                 ip koordinator* *koordinator* koordinerend* koordinerand*  kasteball* planmøte* kontaktlege* nettverksmøte* samarbeidsmøte* helhetlig* heilskapleg*
                frem_og_tilbake fram_og_tilbake innkalt*~@meeting invitert*~@meeting ulike_planer samle_part*
                """,
            Clear = """
                kaller_sammen kontaktperson* pasientansvarlig* forløpsplan* teammøte*
                sammensatt* samansett* helhet* heilskap* tverrfagl* koordiner* samordn* ansvarsfordel* oppfølgingsteam* felles_møte* felles_plan* mange_tjenester flere_tjenester fleire_tjenester
                samarbeidspart* forløpet planer ingen~ansvar*  dialogmøte*
                """,
            Weak = "instanser kommun*~ansvar* ansvar* overgang* møte* planlegg* avdelinger deltok delta* deltek* oversikt* plan rundt_pasient*",
            Decisive = "individuel*_plan* ansvarsgruppe*",
        },
        new("transport")
        {
            Outranks = "discharge",
            Strong = """
                ambulanse* *ambulanse* pasientreise* bårebil* båretransport* transport* *transport* helseekspress* luftambulans* skyss* helikopter* syketransport* ledsager*~reis* taxi* følgetjeneste*
                returreis* bestil*~bil bestil*~drosje* bestil*~taxi* minibuss*
                """,
            Clear = "*bil *bilen drosje* rekvisisjon* rekvirert* sjåfør* kjøring* reisen reisa turen responstid* følgetjen* ledsag* kjøretid* hentet_av rutebil* buss bussen båt* *båten ferje* ferge* flyet båre*",
            Weak = "kjørt kjøre hente hentet bil bilen kjørte reise timer_for_sent ventetid* vente* oppdrag* bære sitte satt",
        },
        new("emergency")
        {
            Outranks = "admission communication",
            Strong = """
                akutthjelp* akuttbil*
                øhd* ø_hjelp* øhjelp* øyeblikkelig_hjelp* øyeblikkeleg_hjelp* augneblink*_hjelp* kad kommunal*_akutt* akutt_døgn* akuttdøgn* amk nødnett* trippelvarsl* nødmelde* 113 116117 akuttmedisin*
                akuttkjede* rød_respons raud_respons gul_respons grønn_respons hjertestans* legevaktsentral* legevaktslege* legevaktlege* legevaktbil* rykke*_ut rykte*_ut utrykning* vaktlege* nødstilf*
                legevakt*~avvis* legevakt*~konfer* legevakt*~hjem akuttplass* lege_på_vakt alarmsentral* beredskapsplan*
                """,
            Clear = "øh sykebesøk* brannvesen* legevakt* bakvakt* lege_i_vakt alarm* akuttplan* brystsmert* nødsamtal* innring* livstru* hjerteinfarkt* respons dødssted* oppdrag*~prioriter*",
            Weak = "akutt* konferer* vakthavend* vakt beredskap* bevisstløs* oppdrag* ubemann* tilsyn",
        },
        new("followUp")
        {
            Outranks = "discharge",
            Strong = """
                etterundersøk* oppfølgingsansv* overlat*~fastlege*
                prøvesvar* *prøvesvar* blodprøve* blodkultur* *prøve *prøver *prøvene svar_på_prøve* røntgensvar* @imaging~*svar* @imaging~funn* kontrolltime* kontrollansvar* histolog* biopsi* patolog* cytolog* etterkontroll*
                tilfeldig*_funn kontrollopplegg* skjøvet_over @responsibility~kontroll* @responsibility~oppfølg* @responsibility~følge_opp inr svarrapport* time_til_kontroll kontroll*~innkall* kontroll*~time
                kontroll*~poliklinikk* @imaging~gjenta* kontroll*~ikke_avtalt
                """,
            Clear = """
                fulgt_opp
                kalium natrium crp ferritin tsh albumin blodsukker* psa ikke_innkalt 
                kontroll* *kontroll *kontrollen oppfølg* følge_opp  følger_opp kalt_inn kalle_inn innkalles rekvirer* kreatinin* hba1c hemoglobin* laborator* nyrefunksjon* malign* undersøkelse* fastlege*~oppgave*
                prøver prøve *svaret sykmeld* sutur* gjenta*~måned* be*~fastlege*
                """,
            Weak = "utred* poliklinikk* ansvar* svar vurderer avklart fastlegen @imaging funn funnet innkall* cellegift* unormal* sting",
            Against = "under_kontroll",
            Not = "funnet_av kontrollør*",
        },
        new("mentalHealth")
        {
            Outranks = "referral admission discharge coordination emergency followUp communication dischargeSummary",
            Strong = """
                rus* hører_stemmer ta_livet brukerstyrt*_seng* ptsd substitusjon* trygghetsplan*
                psykiat* *psykiat* psykisk* psykos* psykot* schizofren*           dps suicid* selvmord* avrus* avgifting* avgiftning* overdose* lar_team* lar_behandl* lar_medis* lar_pasient* i_lar tsb tvang* tvungen*
                tvungent kriseplan* depresj* bipolar* selvskad* rop ambulant*_team* fact act_team ettervern* alkohol* heroin* amfetamin* narkoti* phv tud voldsrisik* rømte rømming* paranoi* manisk*
                personlighetsforst* hallusin*
                """,
            Clear = "brukerstyrt* angst* psykolog* spiseforst* akutteam* avhengighet* utager* uttager* psyk* akuttpost* behandlingsinstitusjon* botilbud* voldelig* depotinjeksjon* kriseteam*",
            Weak = "behandler oppfølg* bolig kommunal_bolig samtale*",
            Not = "russ* rusten rustes rusle* ruskvær*    ",
        },
        new("childAndFamily")
        {
            Outranks = "referral admission discharge mentalHealth coordination communication followUp dischargeSummary rehabilitation emergency patientInformation",
            Decisive = "bup barnevern* ppt *barnevern*",
            Strong = """
                spesialped* spesialundervis* helsesøst*
                skole* *skole* barnehage* helsestasjon* ungdom* barneavd* barnepsyk* helsesykepl* barnekoordinator* elev elever eleven tenåring* fosterhjem* fosterfor* omsorgssvikt* bekymringsmelding* barnehab*
                overgang*~@child @minorAge_åring* barneteam* barnelege* barnepoli* barn_og_unge barn_og_ung mindreårig* fylte_18 fylt_18 fyller_18 overfør*~voksen* overgang*~voksen* sfo
                """,
            Clear = "pedagog* barn barna barnet barne* gutt gutten jente jenta jenten foreldre* *åringen *åring adhd autism* spedbarn* baby* på_@minorAge_år hun_er_@minorAge han_er_@minorAge voksenteam* voksenavd* familieteam* familievern*",
            Weak = "familie* søsken* mor far",
            Against = "barn*_som_pårørend*",
            Not = "barnebarn* høyskole* høgskole* skolemedisin*",
        },
        new("maternity")
        {
            Outranks = "childAndFamily discharge referral admission followUp transport dischargeSummary patientInformation communication coordination emergency",
            Strong = """
                gravid* svangersk* *svangersk* jordmor* jordmød* *jordmød* *jordmor* fødsel* *fødsel* føde* fødand* fødte føder barsel* nyfødt* nyfødd* amming* amme* keisersnitt* kvinneklinikk* prematur* preeklamp* føden
                helsekort_for_gravid* mor_og_barn mor_og_nyfødt nybakt* rier riene
                """,
            Clear = "termin helsekort* spedbarn* gulsott* abort* rhesus* termindato* morkak* følgetjeneste* gynekol* mødre*",
            Weak = "ultralyd* kvinnen blodtrykk* hjemmebesøk* helsestasjon* mor",
            Not = "fødselsdato* fødselsnummer* fødselsår* fødselsnr* føderal*",
        },
        new("rehabilitation")
        {
            Outranks = "referral admission discharge coordination communication dischargeReady",
            Strong = "rehab* *rehab* habiliter* *habiliter* opptren* trenings* *opptrening* re_habilit* slagpasient* lærings_og_mestring* innsatsteam* utviklingshem*",
            Clear = "*trening *treninga *treningen downs utfordrende_atferd åtferd* miljøterap* miljøarbeid* afasi* trening* fysio fysioterap* hjerneslag* mestring* logoped* amput* ergoterap* slag slaget kognitiv* hodeskade* miljøtiltak*",
            Weak = "mål potensial* plass plan",
        },
        new("infection")
        {
            Outranks = "discharge admission dischargeReady followUp dischargeSummary rehabilitation transport patientInformation emergency aidsAndEquipment communication",
            Decisive = "mrsa* esbl* vre norovirus* clostrid* c_diff* smittevern* tuberkul* legionel*",
            Strong = """
                *resisten* koloniser* gastroent* magesyk*
                smitt* *smitte* isolat* isoler* covid* korona* corona* influensa* utbrudd* utbrot* *utbrudd* *utbrot* resisten* hepatitt* hiv skabb* mesling* kikhost* vannkopp* omgangssyk* karantene* stakk_seg stikkskad*
                luftsmitte* kontaktsmitte* munnbind* beskyttelsesutst* vaksin* hygien* kohort* desinf* meldepliktig*
                """,
            Clear = "bakterie* virus* *virus diare* diaré* oppkast* *sengsrom* *mannsrom* dobbeltrom* enerom* bærer_av",
            Weak = "screen* infeksjon* feber test positiv*",
        },
        new("patientInformation")
        {
            Outranks = "discharge admission",
            Decisive = "barn*_som_pårørend* brukermedvirk*",
            Strong = """
                *språk *språket språk* klagerett* klageadgang*
                tolk tolken tolker tolkar tolketjen* tolkebe* *tolk *tolken  fremmedspråk* framandspråk* @kin~@told @kin~ikke_informert informasjon_til_pasient* inform*_til_pårørend*
                pasient*_ikke_informert pasient*_visste_ikke pasient*~ikke_klar_over pasient*~forsto_ikke pasient*~skjønte_ikke pasient*~forstod_ikke skriftlig*_inform* skriftleg*_inform* medvirk* medverk*
                oversett* oversatt* samisk* ikke_snakk* ingen_snakk* hadde_snakk* @patient_ikke_inform* @patient_ikke_vite pasient*_fikk_vite uforståelig* bli_spurt medbestem*
                """,
            Clear = "pårørend*_ikke brosjyre* informerte_pasient*  motstrid* etterlatt* etterlatne prognose* utrygg* ikke_hørt døv* hørselshem* forsto_ikke skjønte_ikke informasjon_til leser på_norsk ingen_forklar* å_tolke ikke_spurt verge* ektepar* pasient*_trodde",
            Weak = "pårørend* rettighet* informasjon* informert* datter* dotter* ektefell* kona samtale* spørsmål* forklar* uttrykt* ønsket",
        },
        new("communication")
        {
            Strong = """
                opplær*~avlys* opplær*~lov* opplær*~personal* opplær*~ansatt* la_på_røret usaklig* baksnakk* inkompetent*
                få_tak tak_i_noen sentralbord* kontaktinfo* skjelt* skrek skreik ropte brølte hånlig* sarkas*
                veiled* utilgjeng* ikke_tilgjeng* uhøflig* nedlatende* nedlatande* respektl* frekk* arrogan* hospiter* fagdag* undervis* *undervisning* telefontid* ikke_tak_i komme_gjennom kommer_gjennom
                ring*~@noAnswer telefon*~@noAnswer rådgiv* rådfør* tlf~@noAnswer fagnettverk* kompetansehev* kompetanseover* avvisende avvisande  kompetans* kjeft* få_snakke e_læring* råd~ba råd~bedt
                """,
            Clear = "omtalte* kontaktliste* vaktliste* rett_person fagkunnskap* simuler* telefon* tlf opplær* kurs kurset kurs* råd kommunikasjon* kunnskap* ringe*_tilbake respekt* høflig* fagnett* tonen tone oppringing* fagmøte* vikar* snakke_med_noen oppgitt* tillit*",
            Weak = "ring* ringte dialog dialogen beskjed* samarbeid* svar kontakt* nettside* nettverk* svarer_ikke",
            Not = "telemedisin* telefontolk* kurve* råde* telefaks*",
        },
        new("privacy")
        {
            Outranks = "referral admission earlyNotice dischargeReady discharge dischargeSummary medication messaging followUp communication mentalHealth patientInformation coordination maternity childAndFamily other",
            Decisive = "taushet*  teieplikt*  teiebel* @document~@someoneElse på_avveie på_avvegar på_avveger personvern* tjenstlig_behov tjenstleg_behov tenstleg* snok* datatilsyn* hemmelig_adresse sperret_adresse",
            Strong = """
                messenger whatsapp reservert_seg slo_opp~journal* oppslag*~journal* bilde*~telefon
                åpn*~journal* tilgang*~journal* @document~@lyingAbout motsatt_seg
                gdpr uvedkommende* uvedkomande* ukrypter* @health~e_post @health~epost samtykke* samtykt* innsyn* les*~journal* les*_om konfidensiel* facebook* snapchat* sosial*_medi* sensitiv* makuler* personopplysning*
                utlever*~@health 
                """,
            Clear = "bilde*~pasient* sendt*~feil_kommune slette* tilgang* tidligere_ansatt* hele_journalen @someoneElse e_post epost fødselsnummer* personnummer* fødselsdato*   journalopplysning* naboen naboens privat_adress* feil_adresse* hørte overhør* lekk* utlever*    feilsendt*",
            Weak = "journal* navn namn konvolutt* opplysning* adresse*",
        },
        new("other")
        {
            Strong = "faktura* fakturer* regning* rekning* parkering* kantin* møteplass* refusjon* inkasso* egenandel* samhandlingsdag* arbeidsmiljø*",
            Clear = "referat* *referat* nyhetsbrev* avtalerevisjon* møterom* leie garderobe* renhold* adkomst* krav_om_betaling økonomi* statistikk* student* praksisplass* forskning* forsking* lærling* åpningstid*  årlig*   skilting* bygget",
            Weak = "forslag* foreslå* felles",
        },
    ];
}
